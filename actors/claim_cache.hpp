// The claim_cache actor: local_cache.sfc, the claims held in advance for each iteration (reference section 10).
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Behaviour of claim_cache_actor; asks config for path and password. Every answer that hands out positions comes after
/// they are consumed on disk.
claim_cache_actor::behavior_type claim_cache_behavior(claim_cache_actor::pointer self, supervisor_actor supervisor);

} // namespace omegasafe::actors
