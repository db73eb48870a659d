#include "cli/ask/http_ecs.hpp"

namespace omegasafe::cli {

void require_http(const ecs_info& ecs, const std::string& what) {
    if (ecs.type == ecs_type::sfc)
        throw failure(errc::ecs_type_mismatch, what + " needs an HTTP ECS; " + ecs.name +
                                                   " is an SFC ECS, which keeps its Deltas in its own file " +
                                                   ecs.path + ".");
}

ecs_info http_ecs_of(client& client, const uuid& ecs_uuid, const std::string& command) {
    auto ecs = client.find_ecs(ecs_uuid);
    require_http(ecs, command);
    return ecs;
}

} // namespace omegasafe::cli
