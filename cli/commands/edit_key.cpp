// omegasafe edit-key: a key's name, version and storage at its ECS, its layer password on this device; the local Alpha
// stays as it is.
#include "cli/ask/http_ecs.hpp"
#include "cli/flags.hpp"
#include "cli/show/key_details.hpp"
#include "cli/show/storage_output.hpp"
#include "cli/terminal/confirmation.hpp"
#include "cli/terminal/logging.hpp"
#include "cli/terminal/passphrase.hpp"
#include "cli/terminal/terminal.hpp"
#include <omegasafe/config.hpp>

namespace omegasafe::cli {

namespace {

struct edit_key_options {
    std::string key_uuid, storage_uuid;
    std::optional<std::string> name, version; // an empty one differs from none
    std::string layer_file;
    bool ask_layer = false, no_layer = false;
    bool force = false;

    bool changes_layer() const { return ask_layer || no_layer || !layer_file.empty(); }
};

std::optional<std::string> checked(const std::optional<std::string>& text, const std::string& flag) {
    if (const auto problem = text ? name_problem(*text) : std::nullopt)
        throw failure(errc::usage, flag + ": " + *problem);
    return text;
}

/// Reference, edit-key: what to know before a key leaves the internal storage.
void warn_of_leaving_internal_storage(const ecs_storage& target, const uuid& key_uuid) {
    const auto prefix = target.remote_path.empty() ? std::string{} : target.remote_path + "/";
    show_guidance("WARNING: this key moves from OmegaSafe Internal Storage to " + target.name + ".");
    show_guidance("  - OmegaSafe does not move Delta files. Before you confirm, download the existing\n"
                  "    Deltas, from the web UI (Keys -> Deltas -> Download per Delta) or through\n"
                  "    POST /deltas/download_url, and place each in the target storage at\n"
                  "    " +
                  prefix + to_string(key_uuid) + "/{delta_uuid}\n" +
                  "    ({remote_path}/{key_uuid}/{delta_uuid}, or {key_uuid}/{delta_uuid} when\n"
                  "    remote_path is empty).");
    show_guidance("  - Until then, devices that lack one of these Deltas cannot get it.");
    show_guidance("  - Switching back to OmegaSafe Internal Storage is not supported by the API.");
}

void confirm_storage(
    client& client, const edit_key_options& options, const ecs_info& ecs, const uuid& key_uuid, const uuid& target) {
    const auto known = client.key_at_ecs(key_uuid);
    const auto storage = client.view_storage(ecs.ecs_uuid, target);
    if (!known.storage_is_internal || storage.is_internal)
        return;
    if (!options.force && interactive())
        warn_of_leaving_internal_storage(storage, key_uuid);
    require_confirmation(options.force, "Change the storage of this key?");
}

void change_layer(client& client, const edit_key_options& options, const uuid& key_uuid, outcome& out) {
    const auto chosen = options.no_layer ? nullptr : chosen_layer_password(options.layer_file);
    client.set_key_layer(key_uuid, chosen);
    out.line(options.no_layer
                 ? "New files and Deltas of the key have no AES-256-GCM layer on this device."
                 : "New files and Deltas of the key have the AES-256-GCM layer with the key's own password.");
    out.lines("Those from before stay readable here. Other devices and users of the key need the\n"
              "same: omegasafe export-key with a passphrase, and import-key there, takes it along.");
    if (client.layer_of_key(key_uuid) == layer_source::environment)
        log_warning("OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS is set and goes before the key's own layer password until it "
                    "is unset.");
    if (const auto weakness = chosen ? password_weakness(chosen->text()) : std::nullopt)
        log_warning("The layer password is weak: " + *weakness);
}

void run_edit_key(session& session, const edit_key_options& options) {
    const key_changes request{.name = checked(options.name, "--key-name"),
        .omegasafe_version = checked(options.version, "--omegasafe-version"),
        .storage_uuid = parse_optional_uuid_flag(options.storage_uuid, "--storage-uuid")};
    auto& client = session.open();
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto ecs = client.ecs_of_key(key_uuid);
    const bool at_ecs = request.name || request.omegasafe_version || request.storage_uuid;
    if (request.storage_uuid) {
        require_http(ecs, "--storage-uuid");
        confirm_storage(client, options, ecs, key_uuid, *request.storage_uuid);
    }
    outcome out{session};
    std::optional<ecs_outcome> said;
    if (at_ecs) {
        said = client.edit_key(key_uuid, request);
        out.line("Key " + to_string(key_uuid) + " was edited at ECS " + ecs.name + ".");
        out.line(said->message);
    } else if (!options.changes_layer()) {
        out.line("No key changes requested.");
    }
    if (options.changes_layer())
        change_layer(client, options, key_uuid, out);
    out.field("key_uuid", to_string(key_uuid));
    out.field("ecs_uuid", to_string(ecs.ecs_uuid));
    out.field("key_name", json_text(request.name));
    out.field("omegasafe_version", json_text(request.omegasafe_version));
    out.field("storage_uuid", json_uuid(request.storage_uuid));
    out.field("layer_password", name_of(client.layer_of_key(key_uuid)));
    out.field("message", said ? json(said->message) : json(nullptr));
    out.finish();
}

} // namespace

void add_edit_key(CLI::App& app) {
    const auto options = std::make_shared<edit_key_options>();
    auto* command = add_command(app, "edit-key", "Edit a key's name, version, storage and layer",
        [options](session& session) { run_edit_key(session, *options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to edit")->required();
    command->add_flag("-f,--force", options->force, "Skip the confirmation of a change from internal\nstorage to BYOS");
    const auto note = [&](const char* flags, std::optional<std::string> edit_key_options::*field, const char* help) {
        command->add_option_function<std::string>(
            flags, [options, field](const std::string& value) { (*options).*field = value; }, help);
    };
    auto* ask = command->add_flag("--layer-password", options->ask_layer,
        "Ask for a layer password of the key's own\n(Enter makes a strong one)");
    auto* file = command->add_option("--layer-password-file", options->layer_file, "File with that layer password");
    command->add_flag("--no-layer", options->no_layer, "No AES-256-GCM layer for this key on this device")
        ->excludes(ask)
        ->excludes(file);
    file->excludes(ask);
    note("-n,--key-name", &edit_key_options::name, "New ECS key name");
    command->add_option("-s,--storage-uuid", options->storage_uuid, "New storage UUID association (HTTP ECS)");
    note("-v,--omegasafe-version", &edit_key_options::version, "New version metadata value; for debugging only");
}

} // namespace omegasafe::cli
