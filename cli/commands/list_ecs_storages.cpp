// omegasafe list-ecs-storages: where an ECS keeps Deltas.
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"

namespace omegasafe::cli {

namespace {

struct list_storages_options {
    std::string ecs_uuid;
};

json listed(const ecs_storage& storage) {
    return {{"storage_uuid", to_string(storage.storage_uuid)}, {"storage_name", storage.name},
        {"storage_is_internal", storage.is_internal}, {"storage_type_name", storage.storage_type_name},
        {"storage_badge", storage.storage_badge}};
}

/// Why there is nothing to list; nothing when there is.
std::optional<std::string> storages_note(const ecs_info& ecs, const std::vector<ecs_storage>& storages) {
    if (ecs.type == ecs_type::sfc)
        return "An SFC ECS has no storages of its own: it keeps Deltas in its file.";
    if (storages.empty())
        return "This ECS has no storages; make one with create-ecs-storage.";
    return std::nullopt;
}

void run_list_storages(session& session, const list_storages_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    auto& client = session.open();
    const auto ecs = client.find_ecs(ecs_uuid);
    std::vector<ecs_storage> storages;
    if (ecs.type == ecs_type::http)
        storages = client.list_storages(ecs_uuid);
    const auto note = storages_note(ecs, storages);
    outcome out{session};
    out.line(ecs.name + " (" + type_name(ecs.type) + ")");
    add_ecs_fields(out, ecs);
    auto array = json::array();
    for (const auto& storage : storages) {
        array.push_back(listed(storage));
        out.line("  " + storage.name + " [" + storage.storage_badge + "]");
        out.line("    UUID: " + to_string(storage.storage_uuid));
        out.line("    Type: " + storage.storage_type_name);
    }
    if (note)
        out.line("  " + *note);
    out.field("storages", std::move(array));
    out.field("note", json_text(note));
    out.finish();
}

} // namespace

void add_list_ecs_storages(CLI::App& app) {
    const auto options = std::make_shared<list_storages_options>();
    auto* command = add_command(app, "list-ecs-storages", "List storage backends available on an ECS",
        [options](session& session) { run_list_storages(session, *options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID to inspect")->required();
}

} // namespace omegasafe::cli
