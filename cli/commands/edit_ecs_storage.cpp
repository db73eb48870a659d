// omegasafe edit-ecs-storage: fields and credentials of a storage of one's own.
#include "cli/ask/http_ecs.hpp"
#include "cli/ask/storage_dialog.hpp"
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/show/storage_output.hpp"
#include "cli/terminal/terminal.hpp"

namespace omegasafe::cli {

namespace {

struct edit_storage_options {
    std::shared_ptr<storage_flags> fields = std::make_shared<storage_flags>();
    std::string ecs_uuid, storage_uuid;
    bool keep_credentials = false, update_credentials = false;
};

/// What needs no look at the storage.
void check_edit_flags(const edit_storage_options& options) {
    const auto& flags = *options.fields;
    if (flags.any_credential() && options.keep_credentials)
        throw failure(errc::usage, "--keep-credentials and new credentials contradict each other; pass one of them.");
    if (flags.any_credential() && (flags.access_key_id.empty() || flags.secret_access_key.empty()))
        throw failure(errc::usage, "--access-key-id and --secret-access-key go together; pass both.");
    if (!interactive() && !flags.any_field() && !flags.any_credential() && !options.keep_credentials &&
        !options.update_credentials)
        throw failure(errc::usage, "There is nothing to change and no terminal to ask on; pass --storage-name, "
                                   "--bucket-name or another field, or --update-credentials.");
}

/// Only what differs is sent. An empty endpoint or path takes the former one away.
storage_fields changed_fields(const ecs_storage& before, const ecs_storage& after) {
    storage_fields fields;
    const auto note = [](std::optional<std::string>& field, const std::string& was, const std::string& is) {
        if (was != is)
            field = is;
    };
    note(fields.name, before.name, after.name);
    note(fields.provider, before.provider, after.provider);
    note(fields.bucket_name, before.bucket_name, after.bucket_name);
    note(fields.region, before.region, after.region);
    note(fields.endpoint_url, before.endpoint_url, after.endpoint_url);
    note(fields.remote_path, before.remote_path, after.remote_path);
    return fields;
}

/// Credentials belong to a provider; else they change when that is asked for.
bool wants_credentials(const edit_storage_options& options, bool provider_changes) {
    if (provider_changes && options.keep_credentials)
        throw failure(errc::usage,
            "Another provider needs credentials of its own; leave --keep-credentials out and pass "
            "--access-key-id and --secret-access-key.");
    if (provider_changes || options.update_credentials || options.fields->any_credential())
        return true;
    return !options.keep_credentials && interactive() &&
           ask_yes_no("Update the credentials?", false, "--update-credentials or --keep-credentials");
}

storage_fields choose_storage_edits(const edit_storage_options& options, const ecs_storage& before) {
    auto fields = changed_fields(before, choose_storage_fields(*options.fields, before));
    if (wants_credentials(options, fields.provider.has_value()))
        choose_credentials(*options.fields, fields);
    return fields;
}

bool anything_to_edit(const storage_fields& f) {
    return f.name || f.provider || f.bucket_name || f.region || f.endpoint_url || f.remote_path || f.access_key_id;
}

void run_edit_storage(session& session, const edit_storage_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    const auto storage_uuid = parse_uuid_flag(options.storage_uuid, "--storage-uuid");
    auto& client = session.open();
    const auto ecs = http_ecs_of(client, ecs_uuid, "edit-ecs-storage");
    check_edit_flags(options);
    const auto before = client.view_storage(ecs_uuid, storage_uuid);
    if (before.is_internal)
        throw failure(errc::usage, before.name + " is the internal storage of " + ecs.name +
                                       ", which only its operator can change; name a storage of your own.");
    outcome out{session};
    out.line("ECS: " + describe(ecs));
    out.line("Storage: " + describe(before));
    const auto fields = choose_storage_edits(options, before);
    ecs_outcome said{"No storage changes requested.", {}, before};
    if (anything_to_edit(fields)) {
        out.line("The server tries LIST, PUT and GET on the bucket ...");
        said = client.edit_storage(ecs_uuid, storage_uuid, fields);
    }
    add_ecs_fields(out, ecs);
    tell_server_words(out, said);
    if (said.storage)
        print_storage(out, *said.storage);
    out.field("storage", said.storage ? payload_of(*said.storage) : json(nullptr));
    out.finish();
}

} // namespace

void add_edit_ecs_storage(CLI::App& app) {
    const auto options = std::make_shared<edit_storage_options>();
    auto* command = add_command(app, "edit-ecs-storage", "Edit a storage of an HTTP ECS, or ask how",
        [options](session& session) { run_edit_storage(session, *options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "Target ECS UUID")->required();
    command->add_option("-s,--storage-uuid", options->storage_uuid, "Storage UUID to edit")->required();
    add_storage_flags(*command, options->fields);
    auto* keep = command->add_flag(
        "-x,--keep-credentials", options->keep_credentials, "Keep existing credentials without prompt");
    command->add_flag("-y,--update-credentials", options->update_credentials, "Force credential update prompt path")
        ->excludes(keep);
}

} // namespace omegasafe::cli
