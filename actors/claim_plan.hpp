// How much to claim from the ECS: the arithmetic of reference section 10, without any state.
#pragma once

#include "crypto/position.hpp"
#include <optional>

namespace omegasafe::actors {

/// min(configured, 25 % of the iteration's capacity rounded down): the safety cap on chunk and target (E5, E6).
std::uint64_t effective_bytes(std::uint64_t configured, std::uint64_t capacity);

/// One external claim, split in two.
struct claim_plan {
    std::uint64_t performance = 0; // becomes a PERFORMANCE claim; 0 when that cache is off
    std::uint64_t direct = 0;      // handed out as it is; 0 when the PERFORMANCE cache is on
    std::uint64_t offline = 0;     // becomes an OFFLINE claim

    std::uint64_t total() const { return performance + direct + offline; }
    bool operator==(const claim_plan&) const = default;
};

/// What a plan depends on, in positions.
struct claim_situation {
    std::uint64_t request = 0;           // at least 1
    std::uint64_t performance_chunk = 0; // effective; 0: cache off
    std::uint64_t offline_target = 0;    // effective; 0: no top-up
    crypto::u128 offline_remaining = 0;
    crypto::u128 delta_remaining = 0; // unclaimed at the ECS
};

/// PERFORMANCE part ceil(request / chunk) * chunk (E4), plus the full OFFLINE target when less than the target remains
/// (E2, E3). Near the end of a Delta, where that no longer fits, the OFFLINE part goes first and then the chunk shrinks
/// to what is left, so that a Delta is used to its end. Nothing when the request itself does not fit: time to renew.
std::optional<claim_plan> plan_claim(const claim_situation& situation);

} // namespace omegasafe::actors
