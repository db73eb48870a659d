// The claim_cache actor: local_cache.sfc, the claims held in advance for each iteration (reference section 10).
#pragma once

#include "actors/asker.hpp"
#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Detached; asks config for path and password. Every answer that hands out positions comes after they are consumed on
/// disk.
claim_cache_actor spawn_claim_cache(const surroundings_ptr& here);

} // namespace omegasafe::actors
