#include "actors/ecs_directory.hpp"

#include "actors/local_container.hpp"
#include "storage/attributes.hpp"
#include "storage/ecs_sfc.hpp"
#include <algorithm>
#include <map>

namespace omegasafe::actors {

namespace {

namespace fs = std::filesystem;

struct ecs_directory_state {
    supervisor_actor supervisor;
    ecs_connector connector;
    local_container container;
    std::map<uuid, ecs_connection_actor> connections; // one an ECS and process
};

std::vector<std::uint8_t> encode(const ecs_entry& entry) {
    return storage::to_attributes({{"ecs_name", entry.name}, {"ecs_type", "SFC"}, {"path", entry.path}});
}

std::vector<ecs_entry> read_entries(const storage::sfc_reader& file) {
    std::vector<ecs_entry> entries;
    for (const auto& stored : file.entries()) {
        const storage::attribute_reader fields{stored.attributes, "The ECS container " + file.source().name()};
        if (const auto type = fields.text("ecs_type"); type != "SFC")
            throw failure(errc::container_newer,
                "The ECS container holds an entry of type " + type + ", which this version does not know; update it.");
        entries.push_back({stored.id, fields.text("ecs_name"), ecs_type::sfc, fields.text("path")});
    }
    std::ranges::sort(entries, {}, [](const ecs_entry& e) { return std::pair{e.name, e.ecs_uuid}; });
    return entries;
}

ecs_entry find(const std::vector<ecs_entry>& entries, const uuid& wanted, const std::string& named_by) {
    const auto found = std::ranges::find(entries, wanted, &ecs_entry::ecs_uuid);
    if (found == entries.end())
        throw failure(errc::ecs_unknown,
            "There is no ECS " + crypto::to_string(wanted) + named_by + "; list-ecs shows the configured ones.");
    return *found;
}

ecs_entry resolve(caf::actor_system& system, ecs_directory_state& state, const resolve_ecs& request) {
    const auto entries = read_entries(*state.container.open());
    if (request.requested)
        return find(entries, *request.requested, "");
    const auto config = ask<services>(system, state.supervisor, get_services{}).config;
    const auto settings = ask<settings_ptr>(system, config, get_settings{});
    if (const auto by_default = crypto::parse_uuid(settings->ecs_uuid_default))
        return find(entries, *by_default, " (ECS_UUID_DEFAULT)");
    if (entries.empty())
        throw failure(errc::ecs_unknown, "No ECS is configured; create one with create-sfc-ecs.");
    if (entries.size() > 1)
        throw failure(errc::ecs_ambiguous, "Several ECS are configured; name one with --ecs-uuid or set "
                                           "ECS_UUID_DEFAULT.");
    return entries.front();
}

ecs_entry create_sfc(ecs_directory_state& state, const create_sfc_ecs& request) {
    const ecs_entry entry{
        crypto::random_uuid(), request.name, ecs_type::sfc, fs::weakly_canonical(fs::absolute(request.path)).string()};
    state.container.update([&](const storage::sfc_reader& file) {
        for (const auto& known : read_entries(file)) {
            if (known.name == entry.name)
                throw failure(
                    errc::ecs_exists, "There is already an ECS named " + entry.name + "; choose another --ecs-name.");
            if (known.path == entry.path)
                throw failure(errc::ecs_exists,
                    "ECS " + known.name + " already uses " + entry.path + "; choose another --sfc-path.");
        }
        storage::sfc_ecs::create(entry.path, entry.ecs_uuid);
        storage::container_changes changes;
        changes.put.push_back({entry.ecs_uuid, encode(entry), crypto::secure_bytes{}});
        return changes;
    });
    return entry;
}

ecs_connection_actor connect(ecs_directory_actor::pointer self, ecs_directory_state& state, const uuid& ecs_uuid) {
    if (const auto known = state.connections.find(ecs_uuid); known != state.connections.end())
        return known->second;
    const auto entry = find(read_entries(*state.container.open()), ecs_uuid, "");
    auto connection = state.connector(self->system(), entry);
    self->monitor(connection);
    state.connections.emplace(ecs_uuid, connection);
    return connection;
}

} // namespace

ecs_directory_actor::behavior_type ecs_directory_behavior(
    ecs_directory_actor::pointer self, supervisor_actor supervisor, ecs_connector connector) {
    self->set_exception_handler(crash_error);
    const auto state = std::make_shared<ecs_directory_state>(ecs_directory_state{
        supervisor, std::move(connector), {self->system(), supervisor, &storage::settings::ecs_path}, {}});
    self->set_down_handler([state](const caf::down_msg& down) {
        std::erase_if(state->connections, [&](const auto& c) { return c.second.address() == down.source; });
    });
    self->attach_functor([state] {
        for (const auto& [ecs_uuid, connection] : state->connections)
            caf::anon_send_exit(connection, caf::exit_reason::user_shutdown);
        state->connections.clear();
    });
    return {
        handle([state](list_ecs) { return read_entries(*state->container.open()); }),
        handle([self, state](const resolve_ecs& m) { return resolve(self->system(), *state, m); }),
        handle([self, state](const connect_ecs& m) { return connect(self, *state, m.ecs_uuid); }),
        handle([state](const create_sfc_ecs& m) { return create_sfc(*state, m); }),
    };
}

} // namespace omegasafe::actors
