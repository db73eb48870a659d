#include "net/http_url.hpp"

#include "crypto/text_encoding.hpp"
#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <charconv>
#include <omegasafe/error.hpp>
#include <vector>

namespace omegasafe::net {

namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t longest_url = 2048;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::optional<ip::address> address_of(std::string_view text) {
    boost::system::error_code problem;
    const auto address = ip::make_address(text, problem);
    return problem ? std::nullopt : std::optional{address};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    unsigned port = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, port);
    if (problem != std::errc{} || stop != end || port == 0 || port > 65'535 || text.front() == '0')
        return std::nullopt;
    return static_cast<std::uint16_t>(port);
}

/// Labels of letters, digits, '-' and '_' with dots between; or an IPv4 address in its usual form.
bool valid_name(std::string_view name) {
    if (name.empty() || name.size() > 253)
        return false;
    std::size_t label = 0;
    bool only_digits = true; // of the last label: a name that ends so is an address
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '.') {
            if (label == 0 || name[i - 1] == '-' || i + 1 == name.size())
                return false;
            label = 0;
            only_digits = true;
            continue;
        }
        if (!is_letter(c) && !is_digit(c) && c != '_' && (c != '-' || label == 0))
            return false;
        only_digits = only_digits && is_digit(c);
        if (++label > 63)
            return false;
    }
    if (name.back() == '-')
        return false;
    return !only_digits || address_of(name).has_value();
}

/// Takes host and port off the front of `rest`; nothing when there is no valid host or port.
std::optional<http_origin> take_origin(std::string_view authority, bool tls) {
    http_origin origin{.host = {}, .port = static_cast<std::uint16_t>(tls ? 443 : 80), .tls = tls};
    std::string_view host = authority;
    std::optional<std::string_view> port;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        host = authority.substr(1, end - 1);
        const auto after = authority.substr(end + 1);
        if (!after.empty() && after.front() != ':')
            return std::nullopt;
        if (!after.empty())
            port = after.substr(1);
        const auto address = address_of(host);
        if (!address || !address->is_v6() || host.find('%') != std::string_view::npos)
            return std::nullopt;
        origin.host = address->to_string();
    } else {
        if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
            host = authority.substr(0, colon);
            port = authority.substr(colon + 1);
        }
        if (!valid_name(host))
            return std::nullopt;
        origin.host = crypto::lower_case(host);
    }
    if (port) {
        const auto number = port->empty() ? std::nullopt : parse_port(*port);
        if (!number)
            return std::nullopt;
        origin.port = *number;
    }
    return origin;
}

/// '/'-led segments of unreserved characters; none is empty, "." or "..".
bool valid_base(std::string_view base) {
    while (!base.empty()) {
        const auto end = std::min(base.find('/', 1), base.size());
        const auto segment = base.substr(1, end - 1);
        const auto fine = [](char c) {
            return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '~';
        };
        if (segment.empty() || segment == "." || segment == ".." || !std::ranges::all_of(segment, fine))
            return false;
        base.remove_prefix(end);
    }
    return true;
}

[[noreturn]] void refuse(const std::string& why) {
    throw failure(errc::usage, "The URL of an HTTP ECS is host[:port][/base] without a scheme; " + why + ".");
}

http_proxy parse_proxy(std::string_view text) {
    const auto rest = crypto::lower_case(text.substr(0, 7)) == "http://" ? text.substr(7) : text;
    auto authority = rest.substr(0, rest.find('/'));
    http_proxy proxy;
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        const auto user = crypto::percent_decoded(authority.substr(0, at));
        if (!user) // to guess what was meant would send another password
            throw failure(errc::ecs_unavailable, "User and password of the proxy that HTTPS_PROXY or ALL_PROXY names "
                                                 "have a '%' that begins no %XX; write %25 for the sign itself.");
        proxy.authorization = "Basic ";
        proxy.authorization += crypto::to_base64(crypto::as_bytes(*user), crypto::base64_alphabet::standard).text();
        authority.remove_prefix(at + 1);
    }
    const auto origin = take_origin(authority, false);
    if (rest.find("://") != std::string_view::npos || !origin)
        throw failure(errc::ecs_unavailable, "The proxy that HTTPS_PROXY or ALL_PROXY names is not usable; it must be "
                                             "http://[user:password@]host:port.");
    proxy.host = origin->host;
    proxy.port = origin->port;
    return proxy;
}

bool in_network(const ip::address& address, std::string_view network) {
    boost::system::error_code problem;
    if (address.is_v4()) {
        const auto net = ip::make_network_v4(std::string{network}, problem);
        if (problem)
            return false;
        const auto bits = net.netmask().to_uint();
        return (address.to_v4().to_uint() & bits) == (net.address().to_uint() & bits);
    }
    const auto net = ip::make_network_v6(std::string{network}, problem);
    if (problem)
        return false;
    const auto a = address.to_v6().to_bytes();
    const auto b = net.address().to_bytes();
    for (unsigned bit = 0; bit < net.prefix_length(); ++bit)
        if (((a[bit / 8] ^ b[bit / 8]) >> (7 - bit % 8)) & 1)
            return false;
    return true;
}

/// One item of NO_PROXY.
bool excludes(std::string_view item, const http_origin& origin) {
    if (item == "*")
        return true;
    const auto address = address_of(origin.host);
    if (item.find('/') != std::string_view::npos)
        return address && in_network(*address, item);
    if (const auto plain = address_of(item)) // an IPv6 address without brackets has colons, too
        return address && *address == *plain;
    while (item.starts_with('.') || item.starts_with("*."))
        item.remove_prefix(item.front() == '*' ? 2 : 1);
    const auto named = take_origin(item, true);
    if (!named || (item.find(':') != std::string_view::npos && !item.ends_with(']') && named->port != origin.port))
        return false;
    return origin.host == named->host || (!address && origin.host.ends_with("." + named->host));
}

bool excluded(std::string_view list, const http_origin& origin) {
    while (!list.empty()) {
        const auto end = std::min(list.find_first_of(", \t"), list.size());
        if (end > 0 && excludes(list.substr(0, end), origin))
            return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

std::string variable(const char* upper, const char* lower_case) {
    for (const auto* name : {upper, lower_case})
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
            return value;
    return {};
}

} // namespace

std::string http_origin::text() const {
    const auto shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == (tls ? 443 : 80) ? shown : shown + ":" + std::to_string(port);
}

bool is_loopback(std::string_view host) {
    const auto address = address_of(host);
    return address ? address->is_loopback() : host == "localhost" || host.ends_with(".localhost");
}

ecs_url parse_ecs_url(std::string_view text) {
    if (text.empty() || text.size() > longest_url)
        refuse("this one is empty or too long");
    if (text.find("://") != std::string_view::npos)
        refuse("leave " + std::string{text.substr(0, text.find("://") + 3)} + " out, it is always HTTPS");
    if (text.find('@') != std::string_view::npos)
        refuse("the API key is given on its own");
    const auto slash = std::min(text.find('/'), text.size());
    auto base = text.substr(slash);
    while (base.ends_with('/'))
        base.remove_suffix(1);
    const auto origin = take_origin(text.substr(0, slash), true);
    if (!origin)
        refuse("its host or port is not possible (an IPv6 address stands in brackets)");
    if (!valid_base(base))
        refuse("its base path may have letters, digits and . _ ~ - between single slashes");
    return {*origin, std::string{base}};
}

std::optional<object_url> parse_object_url(std::string_view text) {
    const auto colon = text.find("://");
    const auto scheme = crypto::lower_case(text.substr(0, colon));
    if (colon == std::string_view::npos || (scheme != "http" && scheme != "https"))
        return std::nullopt;
    const auto fine = [](char c) { return c > ' ' && c < 127 && c != '#' && c != '"' && c != '\\'; };
    if (text.size() > 4 * longest_url || !std::ranges::all_of(text, fine))
        return std::nullopt;
    const auto rest = text.substr(scheme.size() + 3);
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    const auto origin = take_origin(rest.substr(0, end), scheme == "https");
    if (!origin) // also when a user and a password stand before the host
        return std::nullopt;
    std::string target{rest.substr(end)};
    if (!target.starts_with('/'))
        target.insert(0, "/");
    return object_url{*origin, std::move(target)};
}

proxy_settings proxy_environment() {
    return {
        variable("HTTPS_PROXY", "https_proxy"), variable("ALL_PROXY", "all_proxy"), variable("NO_PROXY", "no_proxy")};
}

std::optional<http_proxy> choose_proxy(const http_origin& origin, const proxy_settings& settings) {
    const auto& url = settings.https_proxy.empty() ? settings.all_proxy : settings.https_proxy;
    if (url.empty() || !origin.tls || is_loopback(origin.host) ||
        excluded(crypto::lower_case(settings.no_proxy), origin))
        return std::nullopt;
    return parse_proxy(url);
}

} // namespace omegasafe::net
