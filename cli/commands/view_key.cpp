// omegasafe view-key: one key across local key data, cache data and ECS data.
#include "cli/flags.hpp"
#include "cli/show/key_details.hpp"

namespace omegasafe::cli {

namespace {

struct view_key_options {
    std::string key_uuid;
};

void run_view_key(session& session, const view_key_options& options) {
    const auto key = session.open().view_key(parse_uuid_flag(options.key_uuid, "--key-uuid"));
    session.as_json() ? print_json(details_of(key)) : print_details(key);
}

} // namespace

void add_view_key(CLI::App& app) {
    const auto options = std::make_shared<view_key_options>();
    auto* command = add_command(app, "view-key", "Show detailed state for one locally actionable key",
        [options](session& session) { run_view_key(session, *options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to inspect")->required();
}

} // namespace omegasafe::cli
