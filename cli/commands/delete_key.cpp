// omegasafe delete-key: a key at its ECS and on this device; each part is tried whatever became of the others.
#include "cli/key_context.hpp"
#include "cli/show/outcome.hpp"
#include "cli/terminal/confirmation.hpp"
#include "cli/terminal/terminal.hpp"
#include <spdlog/spdlog.h>

namespace omegasafe::cli {

namespace {

struct delete_key_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string key_uuid;
    bool force = false;
};

void show_plan(const key_context& key) {
    const auto& alpha = key.iterations->front();
    show_guidance("This deletes key " + alpha.key_name + " (" + crypto::to_string(key.key_uuid) + "):");
    show_guidance(key.ecs ? "  - the key and its Deltas at ECS " + key.ecs->name
                          : "  - nothing at an ECS: the key's ECS is not configured here");
    show_guidance("  - the Alpha and " + std::to_string(key.iterations->size() - 1) + " Deltas on this device");
    show_guidance("  - its claims in the local cache");
    show_guidance("Files encrypted with it cannot be decrypted any more, here or elsewhere.");
}

/// Runs one part; a failure is logged and told.
class parts {
public:
    explicit parts(outcome& out) : out_(out) {}

    template <class F>
    void remove(const std::string& what, const std::string& field, F action) {
        try {
            action();
            out_.line("  Removed: " + what);
            out_.field(field, true);
        } catch (const failure& problem) {
            spdlog::warn("Not removed: {}. {}", what, problem.what());
            out_.line("  Not removed: " + what);
            out_.field(field, false);
            last_ = problem;
        }
    }
    const std::optional<failure>& last() const { return last_; }

private:
    outcome& out_;
    std::optional<failure> last_;
};

void run_delete_key(const delete_key_options& options) {
    session session{*options.common, 1};
    const auto key = open_key(session, options.key_uuid);
    if (!options.force && interactive())
        show_plan(key);
    require_confirmation(options.force, "Delete it?", "Deletion aborted.");

    outcome out{*options.common};
    out.field("key_uuid", crypto::to_string(key.key_uuid));
    const auto actors = session.actors();
    parts at_ecs{out};
    at_ecs.remove("key and Deltas at the ECS", "ecs_removed",
        [&] { session.ask<void>(connection_to(session, require_ecs(key)), delete_ecs_key{key.key_uuid}); });
    // The Alpha goes last: without it this command could not be run again, should it be interrupted.
    parts local{out};
    local.remove("claims in the local cache", "local_cache_removed",
        [&] { session.ask<void>(actors.claim_cache, remove_key{key.key_uuid}); });
    local.remove("Alpha and Deltas on this device", "local_key_removed",
        [&] { session.ask<void>(actors.key_store, remove_key{key.key_uuid}); });
    if (local.last())
        throw *local.last();
    out.line("Delete-key completed for key " + crypto::to_string(key.key_uuid));
    out.finish();
}

} // namespace

void add_delete_key(CLI::App& app) {
    const auto options = std::make_shared<delete_key_options>();
    auto* command = add_command(app, "delete-key", "Delete a key from its ECS and from this device", options->common,
        [options] { run_delete_key(*options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to delete")->required();
    command->add_flag("-f,--force", options->force, "Skip confirmation prompt");
}

} // namespace omegasafe::cli
