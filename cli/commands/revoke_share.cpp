// omegasafe revoke-share (beyond the reference): takes a key from a user, or an invitation back.
#include "cli/ask/http_ecs.hpp"
#include "cli/ask/sharing.hpp"
#include "cli/flags.hpp"
#include "cli/show/storage_output.hpp"
#include "cli/terminal/confirmation.hpp"

namespace omegasafe::cli {

namespace {

struct revoke_options {
    std::string key_uuid, email;
    bool force = false;
};

void run_revoke_share(session& session, const revoke_options& options) {
    const auto email = require_email(options.email);
    auto& client = session.open();
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto ecs = client.ecs_of_key(key_uuid);
    require_http(ecs, "revoke-share");
    const auto name = client.find_key(key_uuid).alpha().key_name;
    require_confirmation(options.force, "Take key " + name + " from " + email + " at ECS " + ecs.name + "?");
    const auto said = client.revoke_share(key_uuid, email);
    outcome out{session};
    out.field("key_uuid", to_string(key_uuid));
    out.field("ecs_uuid", to_string(ecs.ecs_uuid));
    out.field("email", email);
    tell_server_words(out, said);
    out.lines("The Alpha and the Deltas that are on their devices stay there, and open what is\n"
              "encrypted with them. For what they must not read, make a new key.");
    out.finish();
}

} // namespace

void add_revoke_share(CLI::App& app) {
    const auto options = std::make_shared<revoke_options>();
    auto* command = add_command(app, "revoke-share", "Take a key from a user, or an invitation back",
        [options](session& session) { run_revoke_share(session, *options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID")->required();
    command->add_option("-m,--email", options->email, "E-mail address of the user at the ECS")->required();
    command->add_flag("-f,--force", options->force, "Skip confirmation prompt");
}

} // namespace omegasafe::cli
