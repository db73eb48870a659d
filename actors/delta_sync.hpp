// The delta_sync actor: Deltas between this device and the ECS (reference: Delta Pulling Semantics, create-key). It
// owns no state: it is a thread that puts requests in order, and what it does stands in delta_flow.cpp and
// key_import.cpp.
#pragma once

#include "actors/asker.hpp"
#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Detached.
delta_sync_actor spawn_delta_sync(const surroundings_ptr& here);

} // namespace omegasafe::actors
