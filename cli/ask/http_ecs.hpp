// Commands that only an HTTP ECS can answer.
#pragma once

#include <omegasafe/client.hpp>

namespace omegasafe::cli {

/// failure(ecs_type_mismatch) on an SFC ECS; `what` begins the sentence ("create-ecs-storage").
void require_http(const ecs_info& ecs, const std::string& what);

/// The ECS of --ecs-uuid, which must be an HTTP ECS: failure(ecs_type_mismatch) names `command`.
ecs_info http_ecs_of(client& client, const uuid& ecs_uuid, const std::string& command);

} // namespace omegasafe::cli
