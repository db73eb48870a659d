// The file_job actor: one file through the cipher pool, with a bounded number of chunks under way.
#pragma once

#include "messages/actors.hpp"
#include <stop_token>

namespace omegasafe::actors {

/// Starts one (detached). `listener` may be null. A stop is heard with the next chunk and answered with errc::aborted.
/// It ends by itself after its answer.
file_job_actor spawn_file_job(
    caf::actor_system& system, supervisor_actor supervisor, progress_actor listener, std::stop_token stop = {});

} // namespace omegasafe::actors
