// The cipher_pool actor: CPU work on the scheduler's threads, spread over a fixed number of workers.
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Behaviour of cipher_pool_actor with `workers` workers (at least 1). They end with it.
cipher_pool_actor::behavior_type cipher_pool_behavior(cipher_pool_actor::pointer self, std::size_t workers);

} // namespace omegasafe::actors
