// omegasafe list-keys: the keys whose Alpha is on this device.
#include "cli/key_summary.hpp"
#include "cli/logging.hpp"

namespace omegasafe::cli {

namespace {

struct list_keys_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    bool as_json = false;
};

void run_list_keys(const list_keys_options& options) {
    set_up_logging(options.common->log_level);
    session session{*options.common, 1};
    const auto keys = summarize_keys(session);
    if (options.as_json) {
        auto array = json::array();
        for (const auto& key : keys)
            array.push_back(payload_of(key));
        print_json({{"schema_version", schema_version}, {"keys", std::move(array)}});
        return;
    }
    if (keys.empty())
        print("There are no keys on this device. Create one with 'omegasafe create-key'.");
    for (const auto& key : keys)
        print_plain(key);
}

} // namespace

void add_list_keys(CLI::App& app) {
    const auto options = std::make_shared<list_keys_options>();
    auto* command = add_command(
        app, "list-keys", "List locally actionable keys with capacity, Delta, and ECS status", options->common);
    command->add_flag("-j,--json", options->as_json, "Emit structured JSON payload");
    command->callback([options] { run_list_keys(*options); });
}

} // namespace omegasafe::cli
