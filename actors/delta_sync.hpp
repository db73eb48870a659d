// The delta_sync actor: Deltas between this device and the ECS (reference: Delta Pulling Semantics, create-key).
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Behaviour of delta_sync_actor.
delta_sync_actor::behavior_type delta_sync_behavior(delta_sync_actor::pointer self, supervisor_actor supervisor);

} // namespace omegasafe::actors
