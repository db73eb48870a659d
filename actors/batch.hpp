// The batch actor: a whole tree, with a bounded number of files and groups under way.
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Starts one (detached). `listener` may be null. It ends by itself after its answer.
batch_actor spawn_batch(caf::actor_system& system, supervisor_actor supervisor, progress_actor listener);

} // namespace omegasafe::actors
