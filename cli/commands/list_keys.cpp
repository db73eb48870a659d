// omegasafe list-keys: the keys whose Alpha is on this device.
#include "cli/show/key_summary.hpp"

namespace omegasafe::cli {

namespace {

void run_list_keys(const common_options& common) {
    session session{common, 1};
    const auto keys = summarize_keys(session);
    if (common.as_json) {
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
    const auto common = std::make_shared<common_options>();
    add_command(
        app, "list-keys", "List the keys whose Alpha is on this device", common, [common] { run_list_keys(*common); });
}

} // namespace omegasafe::cli
