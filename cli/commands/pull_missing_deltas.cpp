// omegasafe pull-missing-deltas: catches this device up with the ECS.
#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"
#include <algorithm>

namespace omegasafe::cli {

namespace {

struct pull_options {
    std::string key_uuid;
};

json object_of(const ecs_delta& delta) {
    return {{"seq_number", delta.seq_number}, {"delta_uuid", to_string(delta.delta_uuid)}};
}

void run_pull(session& session, const pull_options& options) {
    auto& client = session.open();
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto [missing, pulled] = client.pull_deltas(key_uuid);

    outcome out{session};
    auto imported = json::array(), skipped = json::array();
    if (missing.empty())
        out.line("No missing deltas found for key_uuid=" + to_string(key_uuid));
    else
        out.line("Missing deltas: " + std::to_string(missing.size()));
    for (const auto& delta : missing) {
        // Another process may have been quicker with some.
        const bool by_us = std::ranges::find(pulled, delta.delta_uuid, &ecs_delta::delta_uuid) != pulled.end();
        out.line((by_us ? "  Imported Delta " : "  Skipped Delta ") + std::to_string(delta.seq_number) + " (" +
                 to_string(delta.delta_uuid) + ")");
        (by_us ? imported : skipped).push_back(object_of(delta));
    }
    if (!missing.empty())
        out.line("Pull completed: imported=" + std::to_string(imported.size()) +
                 ", skipped=" + std::to_string(skipped.size()));
    out.field("key_uuid", to_string(key_uuid));
    out.field("missing", missing.size());
    out.field("imported", std::move(imported));
    out.field("skipped", std::move(skipped));
    out.finish();
}

} // namespace

void add_pull_missing_deltas(CLI::App& app) {
    const auto options = std::make_shared<pull_options>();
    auto* command = add_command(app, "pull-missing-deltas", "Pull a key's Deltas that are missing here",
        [options](session& session) { run_pull(session, *options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to reconcile")->required();
}

} // namespace omegasafe::cli
