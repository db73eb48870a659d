#include "cli/show/ecs_output.hpp"

namespace omegasafe::cli {

std::string type_name(ecs_type type) {
    return type == ecs_type::sfc ? "SFC" : "HTTP";
}

std::string describe(const ecs_info& ecs) {
    return ecs.name + " (" + to_string(ecs.ecs_uuid) + ", " + type_name(ecs.type) + ", " +
           (ecs.type == ecs_type::sfc ? ecs.path : ecs.url) + ")";
}

void add_ecs_fields(outcome& out, const ecs_info& ecs) {
    out.field("ecs_uuid", to_string(ecs.ecs_uuid));
    out.field("ecs_name", ecs.name);
    out.field("ecs_type", type_name(ecs.type));
}

} // namespace omegasafe::cli
