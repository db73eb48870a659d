#include "server/http/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace omegasafe::server {

std::optional<std::uint64_t> rate_limiter::refuse(const std::string& who, clock::time_point now) {
    if (rate_ == 0)
        return std::nullopt;
    if (buckets_.size() >= forget_at_)
        forget_full(now);
    auto& mine = buckets_.try_emplace(who, bucket{burst_, now}).first->second;
    const auto passed = std::chrono::duration<double>(now - mine.filled).count();
    mine.tokens = std::min(burst_, mine.tokens + passed * rate_);
    mine.filled = now;
    if (mine.tokens < 1)
        return static_cast<std::uint64_t>(std::max(1.0, std::ceil((1 - mine.tokens) / rate_)));
    mine.tokens -= 1;
    return std::nullopt;
}

void rate_limiter::forget_full(clock::time_point now) {
    std::erase_if(buckets_, [&](const auto& entry) {
        const auto passed = std::chrono::duration<double>(now - entry.second.filled).count();
        return entry.second.tokens + passed * rate_ >= burst_;
    });
    forget_at_ = std::max<std::size_t>(4096, buckets_.size() * 2);
}

} // namespace omegasafe::server
