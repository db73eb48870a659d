// omegasafe create-http-ecs: a server as External Claims Storage.
#include "cli/ask/http_entry.hpp"
#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"

namespace omegasafe::cli {

namespace {

struct create_http_ecs_options {
    http_ecs_flags entry;
};

void run_create_http_ecs(session& session, const create_http_ecs_options& options) {
    auto& client = session.open();
    const auto wanted = choose_http_ecs(options.entry);
    outcome out{session};
    out.line("Verifying the connection to " + wanted.url + " ...");
    const auto entry = client.create_http_ecs(wanted);
    out.line("HTTP ECS created.");
    out.value("URL", "url", entry.url);
    out.value("UUID", "ecs_uuid", to_string(entry.ecs_uuid));
    out.value("Name", "ecs_name", entry.name);
    out.value("Development mode", "development_mode", entry.development_mode);
    out.lines("Next: omegasafe create-key, or omegasafe list-invites when a key was shared\nwith you.");
    out.finish();
}

} // namespace

void add_create_http_ecs(CLI::App& app) {
    const auto options = std::make_shared<create_http_ecs_options>();
    auto* command = add_command(app, "create-http-ecs", "Create an HTTP ECS entry, or ask how",
        [options](session& session) { run_create_http_ecs(session, *options); });
    command->add_option("-k,--api-key", options->entry.api_key,
        "HTTP ECS API key (others see it in the list of\nprocesses; better OMEGASAFE_HTTP_ECS_API_KEY)");
    command->add_option_function<std::string>(
        "-n,--ecs-name", [options](const std::string& name) { options->entry.name = name; }, "HTTP ECS display name");
    command->add_option("-u,--api-url", options->entry.url, "HTTP ECS API base URL (host[:port][/base])");
    command->add_flag(
        "-v,--dev-mode", options->entry.development_mode, "Enable development mode (skip certificate checks)");
}

} // namespace omegasafe::cli
