// The tree_worker actor: small files of a tree, many with one claim and one sync. It owns no state: it is a thread that
// puts groups in order, and what it does with one stands in file_groups.cpp.
#pragma once

#include "actors/asker.hpp"
#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Detached. The batch that owns it ends it.
tree_worker_actor spawn_tree_worker(const surroundings_ptr& here);

} // namespace omegasafe::actors
