// The cipher_pool actor: CPU work on the scheduler's threads, spread over a fixed number of workers.
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// With `workers` workers (at least 1), which end with it.
cipher_pool_actor spawn_cipher_pool(caf::actor_system& system, std::size_t workers);

} // namespace omegasafe::actors
