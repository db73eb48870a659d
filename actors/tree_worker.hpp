// The tree_worker actor: small files of a tree, many with one claim and one sync.
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Starts one (detached). The batch that owns it ends it.
tree_worker_actor spawn_tree_worker(caf::actor_system& system, supervisor_actor supervisor);

} // namespace omegasafe::actors
