// omegasafe view-ecs-storage: one storage of an HTTP ECS.
#include "cli/key_context.hpp"
#include "cli/show/storage_output.hpp"

namespace omegasafe::cli {

namespace {

struct view_storage_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string ecs_uuid, storage_uuid;
};

void run_view_storage(const view_storage_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    const auto storage_uuid = parse_uuid_flag(options.storage_uuid, "--storage-uuid");
    session session{*options.common, 1};
    const auto ecs = http_ecs_of(session, ecs_uuid, "view-ecs-storage");
    const auto found = session.ask<ecs_storage>(account_of(session, ecs), view_ecs_storage{storage_uuid});
    outcome out{*options.common};
    out.line(ecs.name + " (" + type_name(ecs.type) + ")");
    add_ecs_fields(out, ecs);
    print_storage(out, found);
    out.field("storage", payload_of(found));
    out.finish();
}

} // namespace

void add_view_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<view_storage_options>();
    auto* command = add_command(app, "view-ecs-storage", "Show one storage backend of an HTTP ECS", options->common,
        [options] { run_view_storage(*options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID")->required();
    command->add_option("-s,--storage-uuid", options->storage_uuid, "Storage UUID")->required();
}

} // namespace omegasafe::cli
