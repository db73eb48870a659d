// omegasafe list-keys: the keys whose Alpha is on this device.
#include "cli/flags.hpp"
#include "cli/show/key_summary.hpp"
#include "cli/text.hpp"

namespace omegasafe::cli {

namespace {

void run_list_keys(session& session) {
    const auto keys = session.open().list_keys();
    if (session.as_json()) {
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
    add_command(app, "list-keys", "List the keys whose Alpha is on this device", run_list_keys);
}

} // namespace omegasafe::cli
