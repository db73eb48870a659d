// omegasafe create-ecs-storage: a bucket of one's own as storage for Deltas (Bring Your Own Storage).
#include "cli/ask/http_ecs.hpp"
#include "cli/ask/storage_dialog.hpp"
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/show/storage_output.hpp"

namespace omegasafe::cli {

namespace {

struct create_storage_options {
    std::shared_ptr<storage_flags> fields = std::make_shared<storage_flags>();
    std::string ecs_uuid;
};

storage_fields new_storage_fields(const storage_flags& flags) {
    const auto chosen = choose_storage_fields(flags, {});
    storage_fields fields;
    fields.name = chosen.name;
    fields.provider = chosen.provider;
    fields.bucket_name = chosen.bucket_name;
    fields.region = chosen.region;
    if (!chosen.endpoint_url.empty())
        fields.endpoint_url = chosen.endpoint_url;
    if (!chosen.remote_path.empty())
        fields.remote_path = chosen.remote_path;
    choose_credentials(flags, fields);
    return fields;
}

void run_create_storage(session& session, const create_storage_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    auto& client = session.open();
    const auto ecs = http_ecs_of(client, ecs_uuid, "create-ecs-storage");
    const auto fields = new_storage_fields(*options.fields);
    outcome out{session};
    out.line("ECS: " + describe(ecs));
    out.line("The server tries LIST, PUT and GET on the bucket ...");
    const auto said = client.create_storage(ecs_uuid, fields);
    add_ecs_fields(out, ecs);
    tell_server_words(out, said);
    if (said.storage)
        print_storage(out, *said.storage);
    out.field("storage", said.storage ? payload_of(*said.storage) : json(nullptr));
    out.finish();
}

} // namespace

void add_create_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<create_storage_options>();
    auto* command = add_command(app, "create-ecs-storage", "Create a storage on an HTTP ECS, or ask how",
        [options](session& session) { run_create_storage(session, *options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "Target ECS UUID")->required();
    add_storage_flags(*command, options->fields);
}

} // namespace omegasafe::cli
