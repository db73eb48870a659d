// The key_store actor: omegasafe_keys.sfc, every iteration on this device.
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Behaviour of key_store_actor; asks config for path and password.
key_store_actor::behavior_type key_store_behavior(key_store_actor::pointer self, supervisor_actor supervisor);

/// The sentence of a missing Alpha, exactly as the reference words it.
std::string alpha_missing_sentence(const uuid& key_uuid);

} // namespace omegasafe::actors
