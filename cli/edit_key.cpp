// omegasafe edit-key: a key's name, version and storage at its ECS; the local Alpha stays as it is.
#include "cli/key_context.hpp"
#include "cli/outcome.hpp"

namespace omegasafe::cli {

namespace {

struct edit_key_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string key_uuid, name, storage_uuid, version;
    bool force = false;
};

std::optional<std::string> checked(const std::string& text, const std::string& flag) {
    if (text.empty())
        return std::nullopt;
    if (const auto problem = name_problem(text))
        throw failure(errc::usage, flag + ": " + *problem);
    return text;
}

void run_edit_key(const edit_key_options& options) {
    const auto name = checked(options.name, "--key-name");
    const auto version = checked(options.version, "--omegasafe-version");
    session session{*options.common, 1};
    const auto key = open_key(session, options.key_uuid);
    const auto& ecs = require_ecs(key);
    if (!options.storage_uuid.empty()) {
        parse_uuid_flag(options.storage_uuid, "--storage-uuid");
        require_http(ecs, "--storage-uuid");
    }
    outcome out{*options.common};
    if (!name && !version) {
        out.line("No key changes requested.");
    } else {
        session.ask<void>(connection_to(session, ecs), edit_ecs_key{key.key_uuid, name, version});
        out.line("Key " + crypto::to_string(key.key_uuid) + " was edited at ECS " + ecs.name + ".");
    }
    out.field("key_uuid", crypto::to_string(key.key_uuid));
    out.field("ecs_uuid", crypto::to_string(ecs.ecs_uuid));
    out.field("key_name", json_text(name));
    out.field("omegasafe_version", json_text(version));
    out.finish();
}

} // namespace

void add_edit_key(CLI::App& app) {
    const auto options = std::make_shared<edit_key_options>();
    auto* command = add_command(app, "edit-key", "Edit a key's name and version at its ECS", options->common,
        [options] { run_edit_key(*options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to edit")->required();
    command->add_flag("-f,--force", options->force, "Skip the confirmation of a change from internal\nstorage to BYOS");
    command->add_option("-n,--key-name", options->name, "New ECS key name");
    command->add_option("-s,--storage-uuid", options->storage_uuid, "New storage UUID association (HTTP ECS)");
    command->add_option("-v,--omegasafe-version", options->version, "New version metadata value; for debugging only");
}

} // namespace omegasafe::cli
