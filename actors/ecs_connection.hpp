// The ecs_connection and ecs_account actors: an ECS in an SFC file or at an HTTP server, behind one interface.
#pragma once

#include "messages/actors.hpp"
#include <functional>

namespace omegasafe::actors {

/// Starts the connection to a configured ECS; tests put a stand-in here.
using ecs_connector = std::function<ecs_connection_actor(caf::actor_system&, const ecs_entry&)>;

/// The real connector: a detached actor for the type of the entry. At an HTTP ECS downloads run beside each other, up
/// to limits::pull_ahead, each on a connection of its own; all else runs one after the other.
ecs_connection_actor connect_to(caf::actor_system& system, const ecs_entry& entry);

/// The account behind the API key of an HTTP ECS.
ecs_account_actor connect_account_to(caf::actor_system& system, const ecs_entry& entry);

/// Logs, once per process, that the certificate of an ECS in development mode is not checked.
void warn_of_development_mode(const ecs_entry& entry);

} // namespace omegasafe::actors
