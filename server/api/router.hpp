// From a request to its route and back to a response: who asks, what may be asked, how failures look.
#pragma once

#include "server/api/metrics.hpp"
#include "server/api/services.hpp"
#include "server/http/https_server.hpp"
#include "server/http/rate_limiter.hpp"

namespace omegasafe::server {

/// One route of docs/openapi.yaml.
struct route {
    std::string_view method, path;
    route_handler run;
    bool authenticated = true;
};
const std::vector<route>& all_routes();

/// What the HTTPS server calls. screen, body_limit, done and unreadable run on the I/O thread, answer on any worker.
class router {
public:
    explicit router(const services& services);

    std::optional<response> screen(const request& request);
    std::uint64_t body_limit(const request& request) const;
    response answer(const request& request) const;
    void done(const request& request, const response& to, std::chrono::microseconds took);

    /// Set before serving: what /ready and /metrics look at.
    void watch(const https_server& server) { server_ = &server; }

private:
    std::optional<response> limited(const request& request);
    response metrics_page(const request& request) const;
    response dispatch(const request& request) const;

    const services& services_;
    rate_limiter by_address_, by_key_;
    metrics metrics_; // of the I/O thread
    const https_server* server_ = nullptr;
};

} // namespace omegasafe::server
