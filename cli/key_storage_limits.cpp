// omegasafe key-storage-limits: how much of an HTTP ECS's internal storage a key uses.
#include "cli/key_context.hpp"
#include "cli/outcome.hpp"

namespace omegasafe::cli {

namespace {

struct limits_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string key_uuid;
};

void run_key_storage_limits(const limits_options& options) {
    session session{*options.common, 1};
    const auto key = open_key(session, options.key_uuid);
    const auto& ecs = require_ecs(key);
    const std::string message = "An SFC ECS has no storage limits: it keeps Deltas in its own file.";
    outcome out{*options.common};
    out.line("Key " + crypto::to_string(key.key_uuid) + " at " + ecs.name);
    out.line("  " + message);
    out.field("ecs_uuid", crypto::to_string(ecs.ecs_uuid));
    out.field("ecs_name", ecs.name);
    out.field("key_uuid", crypto::to_string(key.key_uuid));
    out.field("message", message);
    out.field("usage", nullptr);
    out.finish();
}

} // namespace

void add_key_storage_limits(CLI::App& app) {
    const auto options = std::make_shared<limits_options>();
    auto* command = add_command(app, "key-storage-limits", "Show internal storage usage and limits of a key",
        options->common, [options] { run_key_storage_limits(*options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to query")->required();
}

} // namespace omegasafe::cli
