// The ecs_directory actor: ecs_storage.sfc, the configured ECS entries, and the connections to them.
#pragma once

#include "actors/ecs_connection.hpp"

namespace omegasafe::actors {

/// Behaviour of ecs_directory_actor; asks config for path, password and ECS_UUID_DEFAULT. Its connections end with it.
ecs_directory_actor::behavior_type ecs_directory_behavior(
    ecs_directory_actor::pointer self, supervisor_actor supervisor, ecs_connector connector);

} // namespace omegasafe::actors
