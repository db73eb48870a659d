// omegasafe create-http-ecs: a server as External Claims Storage.
#include "cli/command.hpp"

namespace omegasafe::cli {

namespace {

struct create_http_ecs_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string name, api_url, api_key;
    bool dev_mode = false;
};

void run_create_http_ecs(const create_http_ecs_options& options) {
    const session session{*options.common, 1};
    throw failure(errc::not_built_yet, "HTTP ECS are not built yet; create a local one with create-sfc-ecs.");
}

} // namespace

void add_create_http_ecs(CLI::App& app) {
    const auto options = std::make_shared<create_http_ecs_options>();
    auto* command = add_command(app, "create-http-ecs", "Create an HTTP ECS entry, or ask how", options->common,
        [options] { run_create_http_ecs(*options); });
    command->add_option("-k,--api-key", options->api_key, "HTTP ECS API key");
    command->add_option("-n,--ecs-name", options->name, "HTTP ECS display name");
    command->add_option("-u,--api-url", options->api_url, "HTTP ECS API base URL (host[:port][/base])");
    command->add_flag("-v,--dev-mode", options->dev_mode, "Enable development mode (skip certificate checks)");
}

} // namespace omegasafe::cli
