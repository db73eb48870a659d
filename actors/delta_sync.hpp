// The delta_sync actor: Deltas between this device and the ECS (reference: Delta Pulling Semantics, create-key).
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Behaviour of delta_sync_actor.
delta_sync_actor::behavior_type delta_sync_behavior(delta_sync_actor::pointer self, supervisor_actor supervisor);

/// Same sequence, other UUID: what happened and the way out.
failure delta_conflict_failure(const storage::iteration_info& mine, const ecs_delta& theirs);

} // namespace omegasafe::actors
