// How many requests a client may make: token buckets, one for each address and API key.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace omegasafe::server {

/// `rate` requests per second, and up to `burst` at once. For one thread. Memory is bounded: what has been idle long
/// enough to be full again is forgotten.
class rate_limiter {
public:
    using clock = std::chrono::steady_clock;

    /// rate 0: no limit.
    rate_limiter(std::uint64_t rate, std::uint64_t burst)
        : rate_(static_cast<double>(rate)), burst_(static_cast<double>(burst)) {}

    /// Takes one request of `who`; else the seconds to wait, at least 1.
    std::optional<std::uint64_t> refuse(const std::string& who, clock::time_point now);

private:
    struct bucket {
        double tokens;
        clock::time_point filled;
    };
    void forget_full(clock::time_point now);

    double rate_, burst_;
    std::unordered_map<std::string, bucket> buckets_;
    std::size_t forget_at_ = 4096;
};

} // namespace omegasafe::server
