// The delta_sync actor: Deltas between this device and the ECS (reference: Delta Pulling Semantics, create-key).
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Behaviour of delta_sync_actor.
delta_sync_actor::behavior_type delta_sync_behavior(delta_sync_actor::pointer self, supervisor_actor supervisor);

/// The Deltas of the ECS that are not here. Same sequence, different UUID: two devices went different ways, which is
/// never resolved silently (D2): failure(delta_conflict). Both lists are ordered by sequence.
std::vector<ecs_delta> missing_deltas(const std::vector<iteration_info>& local, const std::vector<ecs_delta>& known);

/// Same sequence, other UUID: what happened and the way out.
failure delta_conflict_failure(const storage::iteration_info& mine, const ecs_delta& theirs);

} // namespace omegasafe::actors
