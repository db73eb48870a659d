// omegasafe view-ecs-storage: one storage of an HTTP ECS.
#include "cli/ask/http_ecs.hpp"
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/show/storage_output.hpp"

namespace omegasafe::cli {

namespace {

struct view_storage_options {
    std::string ecs_uuid, storage_uuid;
};

void run_view_storage(session& session, const view_storage_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    const auto storage_uuid = parse_uuid_flag(options.storage_uuid, "--storage-uuid");
    auto& client = session.open();
    const auto ecs = http_ecs_of(client, ecs_uuid, "view-ecs-storage");
    const auto found = client.view_storage(ecs_uuid, storage_uuid);
    outcome out{session};
    out.line(ecs.name + " (" + type_name(ecs.type) + ")");
    add_ecs_fields(out, ecs);
    print_storage(out, found);
    out.field("storage", payload_of(found));
    out.finish();
}

} // namespace

void add_view_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<view_storage_options>();
    auto* command = add_command(app, "view-ecs-storage", "Show one storage backend of an HTTP ECS",
        [options](session& session) { run_view_storage(session, *options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID")->required();
    command->add_option("-s,--storage-uuid", options->storage_uuid, "Storage UUID")->required();
}

} // namespace omegasafe::cli
