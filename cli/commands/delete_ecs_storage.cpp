// omegasafe delete-ecs-storage: removes a storage of one's own from an HTTP ECS; the bucket stays as it is.
#include "cli/ask/http_ecs.hpp"
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/show/storage_output.hpp"
#include "cli/terminal/confirmation.hpp"

namespace omegasafe::cli {

namespace {

struct delete_storage_options {
    std::string ecs_uuid, storage_uuid;
    bool force = false;
};

void run_delete_storage(session& session, const delete_storage_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    const auto storage_uuid = parse_uuid_flag(options.storage_uuid, "--storage-uuid");
    auto& client = session.open();
    const auto ecs = http_ecs_of(client, ecs_uuid, "delete-ecs-storage");
    require_confirmation(options.force,
        "Delete storage " + options.storage_uuid + " from ECS " + ecs.name + "? (The bucket stays.)",
        "Deletion aborted.");
    const auto said = client.delete_storage(ecs_uuid, storage_uuid);
    outcome out{session};
    add_ecs_fields(out, ecs);
    out.field("storage_uuid", to_string(storage_uuid));
    tell_server_words(out, said);
    out.finish();
}

} // namespace

void add_delete_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<delete_storage_options>();
    auto* command = add_command(app, "delete-ecs-storage", "Delete a storage backend from an HTTP ECS",
        [options](session& session) { run_delete_storage(session, *options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "Target ECS UUID")->required();
    command->add_option("-s,--storage-uuid", options->storage_uuid, "Storage UUID to delete")->required();
    command->add_flag("-f,--force", options->force, "Skip confirmation prompt");
}

} // namespace omegasafe::cli
