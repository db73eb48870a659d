// omegasafe view-, create-, edit- and delete-ecs-storage: Bring Your Own Storage of an HTTP ECS.
#include "cli/key_context.hpp"

namespace omegasafe::cli {

namespace {

struct storage_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string ecs_uuid, storage_uuid;
    std::string name, provider, bucket_name, region, endpoint_url, remote_path, access_key_id, secret_access_key;
    bool force = false, keep_credentials = false, update_credentials = false;
};

void run_storage_command(const storage_options& options, const std::string& name) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    if (!options.storage_uuid.empty())
        parse_uuid_flag(options.storage_uuid, "--storage-uuid");
    session session{*options.common, 1};
    require_http(session.ask<ecs_entry>(session.actors().ecs_directory, resolve_ecs{ecs_uuid}), name);
    throw failure(errc::not_built_yet, "HTTP ECS are not built yet.");
}

CLI::App* add_storage_command(CLI::App& app, const std::string& name, const std::string& description,
    const std::shared_ptr<storage_options>& options) {
    auto* command =
        add_command(app, name, description, options->common, [options, name] { run_storage_command(*options, name); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID")->required();
    return command;
}

void add_storage_uuid(CLI::App& command, storage_options& options) {
    command.add_option("-s,--storage-uuid", options.storage_uuid, "Storage UUID")->required();
}

void add_storage_fields(CLI::App& command, storage_options& options) {
    command.add_option("-a,--access-key-id", options.access_key_id, "Access key ID (together with the secret)");
    command.add_option("-b,--bucket-name", options.bucket_name, "Bucket name");
    command.add_option("-k,--secret-access-key", options.secret_access_key, "Secret access key");
    command.add_option("-m,--remote-path", options.remote_path, "Remote path prefix");
    command.add_option("-n,--storage-name", options.name, "Storage display name");
    command.add_option("-p,--provider", options.provider, "Provider (s3 or r2)");
    command.add_option("-r,--region", options.region, "Bucket region (auto for R2)");
    command.add_option("-u,--endpoint-url", options.endpoint_url, "Endpoint URL (required for R2)");
}

} // namespace

void add_view_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<storage_options>();
    auto* command = add_storage_command(app, "view-ecs-storage", "Show one storage backend of an HTTP ECS", options);
    add_storage_uuid(*command, *options);
}

void add_create_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<storage_options>();
    auto* command = add_storage_command(app, "create-ecs-storage", "Create a storage backend on an HTTP ECS", options);
    add_storage_fields(*command, *options);
}

void add_edit_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<storage_options>();
    auto* command = add_storage_command(app, "edit-ecs-storage", "Edit a storage backend of an HTTP ECS", options);
    add_storage_uuid(*command, *options);
    add_storage_fields(*command, *options);
    auto* keep = command->add_flag(
        "-x,--keep-credentials", options->keep_credentials, "Keep existing credentials without prompt");
    command->add_flag("-y,--update-credentials", options->update_credentials, "Force credential update prompt path")
        ->excludes(keep);
}

void add_delete_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<storage_options>();
    auto* command =
        add_storage_command(app, "delete-ecs-storage", "Delete a storage backend from an HTTP ECS", options);
    add_storage_uuid(*command, *options);
    command->add_flag("-f,--force", options->force, "Skip confirmation prompt");
}

} // namespace omegasafe::cli
