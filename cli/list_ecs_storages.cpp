// omegasafe list-ecs-storages: where an ECS keeps Deltas.
#include "cli/format.hpp"
#include "cli/key_context.hpp"
#include "cli/outcome.hpp"

namespace omegasafe::cli {

namespace {

struct list_storages_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string ecs_uuid;
};

void run_list_storages(const list_storages_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    session session{*options.common, 1};
    const auto ecs = session.ask<ecs_entry>(session.actors().ecs_directory, resolve_ecs{ecs_uuid});
    const std::string note = "An SFC ECS has no storages of its own: it keeps Deltas in its file.";
    outcome out{*options.common};
    out.line(ecs.name + " (" + type_name(ecs.type) + ")");
    out.line("  " + note);
    out.field("ecs_uuid", crypto::to_string(ecs.ecs_uuid));
    out.field("ecs_name", ecs.name);
    out.field("ecs_type", type_name(ecs.type));
    out.field("storages", json::array());
    out.field("note", note);
    out.finish();
}

} // namespace

void add_list_ecs_storages(CLI::App& app) {
    const auto options = std::make_shared<list_storages_options>();
    auto* command = add_command(app, "list-ecs-storages", "List storage backends available on an ECS", options->common,
        [options] { run_list_storages(*options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID to inspect")->required();
}

} // namespace omegasafe::cli
