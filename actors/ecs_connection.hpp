// The ecs_connection actor: over an SFC file; the HTTP one has the same interface.
#pragma once

#include "messages/actors.hpp"
#include <functional>

namespace omegasafe::actors {

/// Starts the connection to a configured ECS; tests put a stand-in here.
using ecs_connector = std::function<ecs_connection_actor(caf::actor_system&, const ecs_entry&)>;

/// The real connector: a detached actor for the type of the entry.
ecs_connection_actor connect_to(caf::actor_system& system, const ecs_entry& entry);

} // namespace omegasafe::actors
