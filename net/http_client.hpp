// A blocking HTTP/1.1 client for one thread: one kept connection to one origin, TLS checked against the system's store.
#pragma once

#include "crypto/secure_memory.hpp"
#include "messages/limits.hpp"
#include "net/http_url.hpp"
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace omegasafe::net {

using http_headers = std::vector<std::pair<std::string, std::string>>;

struct http_times {
    std::chrono::milliseconds connect = limits::http_connect; // look-up, connecting, proxy and TLS, each
    std::chrono::milliseconds idle = limits::http_idle;       // without any byte
    std::chrono::milliseconds total = limits::http_total;     // of one request and its answer
};

struct http_options {
    /// Off: any certificate for any name is taken (development mode). The caller warns of it.
    bool check_certificate = true;
    http_times times{};
    proxy_settings proxies = proxy_environment();
};

/// What is asked for. `bearer` and `body` stay the caller's and must outlive the call.
struct http_request {
    std::string method = "GET";
    std::string target = "/";
    http_headers headers{};         // Host and Content-Length are added where they are missing
    std::string_view bearer{};      // of "Authorization: Bearer"; never copied into ordinary memory
    crypto::const_byte_span body{}; //
    std::size_t largest_answer = limits::http_answer_bytes;
    bool repeatable = false; // may be sent twice: when a kept connection turns out to be closed
};

struct http_response {
    unsigned status = 0;
    http_headers headers{};
    std::vector<std::uint8_t> body{};

    /// The value of a header, by its name in any case; nothing when it is missing.
    std::optional<std::string_view> header(std::string_view name) const;
    std::string_view text() const { return {reinterpret_cast<const char*>(body.data()), body.size()}; }
};

/// What failure::detail() says when a server's certificate was refused: trying again does not help.
inline constexpr const char* certificate_refused = "certificate";

/// The connection is made with the first request, kept between requests, and opened anew when the server has closed it.
/// TLS is 1.2 or newer; chain and host name are checked with OpenSSL's default store, so SSL_CERT_FILE and SSL_CERT_DIR
/// work. Proxies: choose_proxy(). Redirects are not followed.
class http_client {
public:
    explicit http_client(http_origin origin, http_options options = {});
    ~http_client();
    http_client(http_client&& other) noexcept;
    http_client& operator=(http_client&& other) noexcept;

    /// Sends a request and waits for the whole answer, whatever its status. failure(ecs_unavailable) with one sentence
    /// that names the host: not found, refused, time-out, certificate not accepted, connection broke;
    /// failure(ecs_rejected) when the answer is larger than asked for or no HTTP.
    http_response send(const http_request& request);

    /// How often a request was sent until now, as a whole or in part: twice where a kept connection turned out to be
    /// closed, never where there was no connection.
    std::uint64_t sent() const;
    const http_origin& origin() const;

private:
    class session;
    std::unique_ptr<session> session_;
};

} // namespace omegasafe::net
