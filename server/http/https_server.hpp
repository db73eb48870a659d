// The HTTPS side of the server: connections, TLS, limits. One thread does all of it; requests go to workers.
#pragma once

#include "server/http/message.hpp"
#include "server/settings.hpp"
#include "wire/api_error.hpp"
#include <functional>
#include <memory>

namespace omegasafe::server {

/// What the server does with requests.
struct request_handling {
    /// On the I/O thread, when the header is there and before the body is read: a refusal, or nothing. Must not block.
    std::function<std::optional<response>(const request&)> screen;
    /// Largest body of this request, bytes. On the I/O thread.
    std::function<std::uint64_t(const request&)> body_limit;
    /// On a worker, may block. Must not throw.
    std::function<response(const request&)> answer;
    /// After the response was sent, or could not be (status 0). On the I/O thread.
    std::function<void(const request&, const response&, std::chrono::microseconds)> done;
    /// A request that cannot be read: why, and a sentence. On the I/O thread.
    std::function<response(const request&, wire::api_error, const std::string&)> unreadable;
    /// On a worker, at the start and every hour. Must not throw.
    std::function<void()> housekeeping;
};

/// TLS 1.2 and newer, HTTP/1.1 with keep-alive. Every request's header, body and time are bounded (settings.traffic), a
/// connection costs no worker until its request is complete.
class https_server {
public:
    /// Listens at once. failure(config_invalid) for a bad certificate or key, failure(io_failed) for a taken port.
    https_server(const settings& settings, request_handling handling);
    ~https_server();
    https_server(const https_server&) = delete;
    https_server& operator=(const https_server&) = delete;

    std::uint16_t port() const;
    /// Serves until SIGTERM or SIGINT, then lets requests under way end. SIGHUP reads the certificate anew.
    void run();
    /// True from the signal on.
    bool stopping() const noexcept;
    std::size_t connections() const noexcept;

private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace omegasafe::server
