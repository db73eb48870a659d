// Counters for Prometheus, kept and printed on the I/O thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace omegasafe::server {

class metrics {
public:
    /// One answered request. `route`: its path as docs/openapi.yaml has it.
    void count(const std::string& method, const std::string& route, unsigned status, std::chrono::microseconds took);
    /// Text exposition format 0.0.4.
    std::string page(std::size_t connections) const;

private:
    struct series {
        std::map<unsigned, std::uint64_t> by_status;
        std::array<std::uint64_t, 8> within{}; // cumulative
        std::uint64_t count = 0, microseconds = 0;
    };
    std::map<std::pair<std::string, std::string>, series> routes_;
};

} // namespace omegasafe::server
