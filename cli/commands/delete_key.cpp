// omegasafe delete-key: a key at its ECS and on this device; each part is tried whatever became of the others.
#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"
#include "cli/terminal/confirmation.hpp"
#include "cli/terminal/logging.hpp"
#include "cli/terminal/terminal.hpp"
#include "crypto/shown_text.hpp"

namespace omegasafe::cli {

namespace {

struct delete_key_options {
    std::string key_uuid;
    bool force = false;
};

void show_plan(const local_key& key) {
    show_guidance("This deletes key " + key.alpha().key_name + " (" + to_string(key.key_uuid) + "):");
    show_guidance(key.ecs ? "  - the key and its Deltas at ECS " + crypto::shown_line(key.ecs->name)
                          : "  - nothing at an ECS: the key's ECS is not configured here");
    show_guidance("  - the Alpha and " + std::to_string(key.iterations.size() - 1) + " Deltas on this device");
    show_guidance("  - its claims in the local cache");
    show_guidance("Files encrypted with it cannot be decrypted any more, here or elsewhere.");
}

void tell_part(outcome& out, const std::string& what, const std::string& field, const std::optional<failure>& problem) {
    if (problem)
        log_warning("Not removed: " + what + ". " + problem->what());
    out.line((problem ? "  Not removed: " : "  Removed: ") + what);
    out.field(field, !problem);
}

void run_delete_key(session& session, const delete_key_options& options) {
    auto& client = session.open();
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto key = client.find_key(key_uuid);
    if (!options.force && interactive())
        show_plan(key);
    require_confirmation(options.force, "Delete it?", "Deletion aborted.");

    outcome out{session};
    out.field("key_uuid", to_string(key_uuid));
    const auto done = client.delete_key(key_uuid);
    tell_part(out, "key and Deltas at the ECS", "ecs_removed", done.ecs);
    tell_part(out, "claims in the local cache", "local_cache_removed", done.cache);
    tell_part(out, "Alpha and Deltas on this device", "local_key_removed", done.local);
    if (done.local || done.cache)
        throw done.local ? *done.local : *done.cache;
    out.line("Delete-key completed for key " + to_string(key_uuid));
    out.finish();
}

} // namespace

void add_delete_key(CLI::App& app) {
    const auto options = std::make_shared<delete_key_options>();
    auto* command = add_command(app, "delete-key", "Delete a key from its ECS and from this device",
        [options](session& session) { run_delete_key(session, *options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to delete")->required();
    command->add_flag("-f,--force", options->force, "Skip confirmation prompt");
}

} // namespace omegasafe::cli
