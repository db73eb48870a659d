// The ecs_connection and ecs_account actors: one ECS of any kind, and the account at an HTTP ECS.
#pragma once

#include "messages/actors.hpp"
#include <functional>

namespace omegasafe::actors {

/// Starts the connection to a configured ECS; tests put a stand-in here.
using ecs_connector = std::function<ecs_connection_actor(caf::actor_system&, const ecs_entry&)>;

/// The real connector: a detached actor for whatever kind of ECS the entry names (ecs/external_claims_storage.hpp).
/// Downloads run beside each other where the ECS can have several connections, each on one of its own; all else runs
/// one after the other.
ecs_connection_actor connect_to(caf::actor_system& system, const ecs_entry& entry);

/// The account behind the API key of an HTTP ECS.
ecs_account_actor connect_account_to(caf::actor_system& system, const ecs_entry& entry);

/// Logs, once per process, that the certificate of an ECS in development mode is not checked.
void warn_of_development_mode(const ecs_entry& entry);

} // namespace omegasafe::actors
