// omegasafe delete-ecs-storage: removes a storage of one's own from an HTTP ECS; the bucket stays as it is.
#include "cli/key_context.hpp"
#include "cli/show/storage_output.hpp"
#include "cli/terminal/confirmation.hpp"

namespace omegasafe::cli {

namespace {

struct delete_storage_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string ecs_uuid, storage_uuid;
    bool force = false;
};

void run_delete_storage(const delete_storage_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    const auto storage_uuid = parse_uuid_flag(options.storage_uuid, "--storage-uuid");
    session session{*options.common, 1};
    const auto ecs = http_ecs_of(session, ecs_uuid, "delete-ecs-storage");
    require_confirmation(options.force,
        "Delete storage " + options.storage_uuid + " from ECS " + ecs.name + "? (The bucket stays.)",
        "Deletion aborted.");
    const auto said = session.ask<ecs_outcome>(account_of(session, ecs), delete_ecs_storage{storage_uuid});
    outcome out{*options.common};
    add_ecs_fields(out, ecs);
    out.field("storage_uuid", crypto::to_string(storage_uuid));
    tell_server_words(out, said);
    out.finish();
}

} // namespace

void add_delete_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<delete_storage_options>();
    auto* command = add_command(app, "delete-ecs-storage", "Delete a storage backend from an HTTP ECS", options->common,
        [options] { run_delete_storage(*options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "Target ECS UUID")->required();
    command->add_option("-s,--storage-uuid", options->storage_uuid, "Storage UUID to delete")->required();
    command->add_flag("-f,--force", options->force, "Skip confirmation prompt");
}

} // namespace omegasafe::cli
