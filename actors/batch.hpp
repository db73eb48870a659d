// The batch actor: a whole tree, with a bounded number of files and groups under way.
#pragma once

#include "messages/actors.hpp"
#include <stop_token>

namespace omegasafe::actors {

/// Starts one (detached). `listener` may be null. After a stop nothing new is begun; what is done stays, and the answer
/// is errc::aborted. It ends by itself after its answer.
batch_actor spawn_batch(
    caf::actor_system& system, supervisor_actor supervisor, progress_actor listener, std::stop_token stop = {});

} // namespace omegasafe::actors
