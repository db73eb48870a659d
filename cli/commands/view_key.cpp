// omegasafe view-key: one key across local key data, cache data and ECS data.
#include "cli/show/key_details.hpp"

namespace omegasafe::cli {

namespace {

struct view_key_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string key_uuid;
};

void run_view_key(const view_key_options& options) {
    session session{*options.common, 1};
    const auto state = read_key_state(session, parse_uuid_flag(options.key_uuid, "--key-uuid"));
    require_no_conflict(state);
    options.common->as_json ? print_json(details_of(state)) : print_details(state);
}

} // namespace

void add_view_key(CLI::App& app) {
    const auto options = std::make_shared<view_key_options>();
    auto* command = add_command(app, "view-key", "Show detailed state for one locally actionable key", options->common,
        [options] { run_view_key(*options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to inspect")->required();
}

} // namespace omegasafe::cli
