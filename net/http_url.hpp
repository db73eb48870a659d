// Addresses of HTTP: what a user types for an ECS, what a server sends for an object, and the proxy of the environment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::net {

/// What a connection is made to.
struct http_origin {
    std::string host{}; // lower-case name, IPv4 address, or IPv6 address without brackets
    std::uint16_t port = 443;
    bool tls = true;

    /// host[:port] as URLs have it: IPv6 in brackets, the port only when it is not the scheme's own.
    std::string text() const;
    bool operator==(const http_origin&) const = default;
};

/// True for localhost and addresses of this machine's loopback.
bool is_loopback(std::string_view host);

/// The address of an ECS: https://host[:port][/base].
struct ecs_url {
    http_origin origin{};
    std::string base{}; // empty, or beginning with '/' and not ending with one

    /// host[:port][/base]: the one form in which an address is stored and compared.
    std::string text() const { return origin.text() + base; }
};

/// Reads `host[:port][/base]`. failure(usage) with a sentence that says what is wrong: a scheme, a user, a query, a
/// host or port that cannot be.
ecs_url parse_ecs_url(std::string_view text);

/// A URL that a server sent: scheme, host and port, and the rest as it is to be asked for.
struct object_url {
    http_origin origin{};
    std::string target{}; // begins with '/'; path and query
};

/// Reads an absolute http:// or https:// URL; nothing when it is none, or holds a user or a fragment.
std::optional<object_url> parse_object_url(std::string_view text);

/// An HTTP proxy that makes tunnels (CONNECT).
struct http_proxy {
    std::string host{};
    std::uint16_t port = 80;
    std::string authorization{}; // value of Proxy-Authorization; empty: none
};

/// The variables of the environment that name proxies.
struct proxy_settings {
    std::string https_proxy{}; // HTTPS_PROXY, https_proxy
    std::string all_proxy{};   // ALL_PROXY, all_proxy
    std::string no_proxy{};    // NO_PROXY, no_proxy
};
proxy_settings proxy_environment();

/// The proxy on the way to `origin`, if any. HTTPS_PROXY comes before ALL_PROXY. Loopback and plain http:// are reached
/// directly, and so is what NO_PROXY names: `*`, names with all below them, addresses, networks (10.0.0.0/8), each with
/// an optional port. failure(ecs_unavailable) when the proxy's URL is none of an HTTP proxy.
std::optional<http_proxy> choose_proxy(const http_origin& origin, const proxy_settings& settings);

} // namespace omegasafe::net
