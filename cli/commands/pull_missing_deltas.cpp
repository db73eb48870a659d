// omegasafe pull-missing-deltas: catches this device up with the ECS.
#include "cli/key_context.hpp"
#include "cli/show/outcome.hpp"
#include <algorithm>

namespace omegasafe::cli {

namespace {

struct pull_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string key_uuid;
};

std::vector<ecs_delta> missing_of(const std::vector<ecs_delta>& known, const key_context& key) {
    std::vector<ecs_delta> missing;
    std::ranges::copy_if(known, std::back_inserter(missing), [&](const ecs_delta& delta) {
        return std::ranges::none_of(
            *key.iterations, [&](const auto& mine) { return mine.iteration_uuid == delta.delta_uuid; });
    });
    return missing;
}

json object_of(const ecs_delta& delta) {
    return {{"seq_number", delta.seq_number}, {"delta_uuid", crypto::to_string(delta.delta_uuid)}};
}

void run_pull(const pull_options& options) {
    session session{*options.common, 1};
    const auto key = open_key(session, options.key_uuid);
    require_ecs(key);
    const auto report = session.ask<pull_report>(session.actors().delta_sync, pull_deltas{key.key_uuid, {}});
    const auto missing = missing_of(report.known, key);

    outcome out{*options.common};
    auto imported = json::array(), skipped = json::array();
    if (missing.empty())
        out.line("No missing deltas found for key_uuid=" + crypto::to_string(key.key_uuid));
    else
        out.line("Missing deltas: " + std::to_string(missing.size()));
    for (const auto& delta : missing) {
        // Another process may have been quicker with some.
        const bool pulled =
            std::ranges::find(report.pulled, delta.delta_uuid, &ecs_delta::delta_uuid) != report.pulled.end();
        out.line((pulled ? "  Imported Delta " : "  Skipped Delta ") + std::to_string(delta.seq_number) + " (" +
                 crypto::to_string(delta.delta_uuid) + ")");
        (pulled ? imported : skipped).push_back(object_of(delta));
    }
    if (!missing.empty())
        out.line("Pull completed: imported=" + std::to_string(imported.size()) +
                 ", skipped=" + std::to_string(skipped.size()));
    out.field("key_uuid", crypto::to_string(key.key_uuid));
    out.field("missing", missing.size());
    out.field("imported", std::move(imported));
    out.field("skipped", std::move(skipped));
    out.finish();
}

} // namespace

void add_pull_missing_deltas(CLI::App& app) {
    const auto options = std::make_shared<pull_options>();
    auto* command = add_command(app, "pull-missing-deltas", "Pull a key's Deltas that are missing here",
        options->common, [options] { run_pull(*options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to reconcile")->required();
}

} // namespace omegasafe::cli
