#include "server/api/metrics.hpp"

#include <fmt/format.h>
#include <iterator>

namespace omegasafe::server {

namespace {

constexpr std::array<std::uint64_t, 8> bounds{1'000, 3'000, 10'000, 30'000, 100'000, 300'000, 1'000'000, 10'000'000};

} // namespace

void metrics::count(
    const std::string& method, const std::string& route, unsigned status, std::chrono::microseconds took) {
    auto& one = routes_[{method, route}];
    const auto microseconds = static_cast<std::uint64_t>(took.count());
    ++one.by_status[status];
    ++one.count;
    one.microseconds += microseconds;
    for (std::size_t i = 0; i < bounds.size(); ++i)
        if (microseconds <= bounds[i])
            ++one.within[i];
}

std::string metrics::page(std::size_t connections) const {
    std::string text = "# HELP omegasafe_ecs_connections Open connections.\n"
                       "# TYPE omegasafe_ecs_connections gauge\n";
    auto out = std::back_inserter(text);
    fmt::format_to(out, "omegasafe_ecs_connections {}\n", connections);
    text += "# HELP omegasafe_ecs_requests_total Answered requests.\n# TYPE omegasafe_ecs_requests_total counter\n";
    for (const auto& [name, one] : routes_)
        for (const auto& [status, count] : one.by_status)
            fmt::format_to(out, "omegasafe_ecs_requests_total{{method=\"{}\",route=\"{}\",status=\"{}\"}} {}\n",
                name.first, name.second, status, count);
    text += "# HELP omegasafe_ecs_request_seconds Time from header to response.\n"
            "# TYPE omegasafe_ecs_request_seconds histogram\n";
    for (const auto& [name, one] : routes_) {
        const auto labels = fmt::format("method=\"{}\",route=\"{}\"", name.first, name.second);
        for (std::size_t i = 0; i < bounds.size(); ++i)
            fmt::format_to(out, "omegasafe_ecs_request_seconds_bucket{{{},le=\"{}\"}} {}\n", labels,
                static_cast<double>(bounds[i]) / 1e6, one.within[i]);
        fmt::format_to(out, "omegasafe_ecs_request_seconds_bucket{{{},le=\"+Inf\"}} {}\n", labels, one.count);
        fmt::format_to(
            out, "omegasafe_ecs_request_seconds_sum{{{}}} {}\n", labels, static_cast<double>(one.microseconds) / 1e6);
        fmt::format_to(out, "omegasafe_ecs_request_seconds_count{{{}}} {}\n", labels, one.count);
    }
    return text;
}

} // namespace omegasafe::server
