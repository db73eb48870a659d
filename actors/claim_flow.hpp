// The claim decision flow of reference section 10, without the actor that puts its requests in order. All throw
// `failure`.
#pragma once

#include "actors/asker.hpp"

namespace omegasafe::actors {

class key_access;

/// One contiguous range, durably consumed.
claimed_range claim(const asker_on<actor_floor::claimant>& me, const claim_request& request);

/// Uses up positions of the newest Delta at the ECS, and keeps this device from using them.
ecs_delta advance(const key_access& key, const fast_forward& request);

} // namespace omegasafe::actors
