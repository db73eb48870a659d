// How Deltas come to this device and to the ECS (reference: Delta Pulling Semantics, create-key), without the actor
// that puts these requests in order. All throw `failure`.
#pragma once

#include "actors/asker.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::actors {

class key_access;

/// Deltas that are missing here come in the order of their sequence, those before one that fails too.
pull_report pull(const key_access& key, const pull_deltas& request);

/// The next Delta of a key. Uploads before it stores: a Delta that others do not know must never be encrypted with
/// (D6). One that could not be registered is kept for the next try, so that an ECS that fails costs Alpha positions
/// once.
key_iteration_ptr renew(const key_access& key, unsigned max_workers);

/// A new key with its first Delta; what was made is removed again when a stage fails.
created_key create(const asker_on<actor_floor::delta_sync>& me, const create_key& request);

/// The Deltas of the ECS that are not here. Same sequence, different UUID: two devices went different ways, which is
/// never resolved silently (D2): failure(delta_conflict). Both lists are ordered by sequence.
std::vector<ecs_delta> missing_deltas(const std::vector<iteration_info>& local, const std::vector<ecs_delta>& known);

/// Same sequence, other UUID: what happened and the way out.
failure delta_conflict_failure(const storage::iteration_info& mine, const ecs_delta& theirs);

} // namespace omegasafe::actors
