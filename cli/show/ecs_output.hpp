// External Claims Storages as commands show them.
#pragma once

#include "cli/show/outcome.hpp"

namespace omegasafe::cli {

/// "SFC" or "HTTP".
std::string type_name(ecs_type type);

/// "office (0c5d..., HTTP, ecs.example.org:8443)".
std::string describe(const ecs_info& ecs);

/// ecs_uuid, ecs_name and ecs_type, with which payloads about an ECS begin.
void add_ecs_fields(outcome& out, const ecs_info& ecs);

} // namespace omegasafe::cli
