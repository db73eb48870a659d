#include "actors/ecs_connection.hpp"

#include "actors/runtime.hpp"
#include "storage/ecs_sfc.hpp"

namespace omegasafe::actors {

namespace {

ecs_connection_actor::behavior_type sfc_connection_behavior(
    ecs_connection_actor::pointer self, std::filesystem::path path) {
    self->set_exception_handler(crash_error);
    const auto ecs = std::make_shared<storage::sfc_ecs>(std::move(path));
    return {
        handle([ecs](const register_key& m) { ecs->register_key(m.key); }),
        handle([ecs](const get_ecs_key& m) { return ecs->key(m.key_uuid); }),
        handle([ecs](const edit_ecs_key& m) { ecs->edit_key(m); }),
        handle([ecs](const delete_ecs_key& m) { ecs->delete_key(m.key_uuid); }),
        handle([ecs](const list_deltas& m) { return ecs->deltas(m.key_uuid); }),
        handle([ecs](const claim_delta_positions& m) { return ecs->claim_delta(m); }),
        handle([ecs](const claim_alpha_positions& m) { return ecs->claim_alpha(m); }),
        handle([ecs](const upload_delta& m) { ecs->upload(m.key_uuid, m.delta, *m.container); }),
        handle([ecs](const download_delta& m) {
            return std::make_shared<const std::vector<std::uint8_t>>(ecs->download(m.key_uuid, m.delta_uuid));
        }),
    };
}

} // namespace

ecs_connection_actor connect_to(caf::actor_system& system, const ecs_entry& entry) {
    return system.spawn<caf::detached>(sfc_connection_behavior, std::filesystem::path{entry.path});
}

} // namespace omegasafe::actors
