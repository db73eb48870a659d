// Starts the long-lived actors and starts a crashed one anew.
#pragma once

#include "actors/config.hpp"
#include "actors/ecs_connection.hpp"

namespace omegasafe::actors {

/// `workers`: number of cipher workers; `connector` starts the connections to ECS. Actors that ask others hold the
/// supervisor and ask it for the current handles, so the next request sees a restart. send_exit ends all of them.
supervisor_actor spawn_supervisor(caf::actor_system& system, std::filesystem::path root, std::size_t workers,
    ecs_connector connector, password_source ask_password);

} // namespace omegasafe::actors
