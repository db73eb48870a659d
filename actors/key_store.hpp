// The key_store actor: omegasafe_keys.sfc, every iteration on this device, and Deltas that wait to be registered.
#pragma once

#include "actors/asker.hpp"
#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Detached; asks config for path and password.
key_store_actor spawn_key_store(const surroundings_ptr& here);

/// The sentence of a missing Alpha, exactly as the reference words it.
std::string alpha_missing_sentence(const uuid& key_uuid);

} // namespace omegasafe::actors
