// The ecs_directory actor: ecs_storage.sfc, the configured ECS entries, and the connections to them.
#pragma once

#include "actors/asker.hpp"
#include "actors/ecs_connection.hpp"

namespace omegasafe::actors {

/// Detached; asks config for path, password and ECS_UUID_DEFAULT. Its connections end with it.
ecs_directory_actor spawn_ecs_directory(const surroundings_ptr& here, ecs_connector connector);

} // namespace omegasafe::actors
