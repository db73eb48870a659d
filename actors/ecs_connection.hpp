// The ecs_connection actor over an SFC file; the HTTP one has the same interface.
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Behaviour of ecs_connection_actor for the SFC ECS at `path`.
ecs_connection_actor::behavior_type sfc_connection_behavior(
    ecs_connection_actor::pointer self, std::filesystem::path path);

} // namespace omegasafe::actors
