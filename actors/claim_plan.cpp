#include "actors/claim_plan.hpp"

#include <algorithm>

namespace omegasafe::actors {

using crypto::u128;

std::uint64_t effective_bytes(std::uint64_t configured, std::uint64_t capacity) {
    return std::min(configured, capacity / 4);
}

std::optional<claim_plan> plan_claim(const claim_situation& s) {
    if (s.request > s.delta_remaining)
        return std::nullopt;
    u128 front = s.request;
    if (s.performance_chunk > 0)
        front = (front + s.performance_chunk - 1) / s.performance_chunk * s.performance_chunk;
    u128 offline = s.offline_remaining < s.offline_target ? s.offline_target : 0;
    if (front + offline > s.delta_remaining)
        offline = 0;
    front = std::min(front, s.delta_remaining);

    claim_plan plan;
    (s.performance_chunk > 0 ? plan.performance : plan.direct) = static_cast<std::uint64_t>(front);
    plan.offline = static_cast<std::uint64_t>(offline);
    return plan;
}

} // namespace omegasafe::actors
