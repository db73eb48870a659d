// omegasafe revoke-share (beyond the reference): takes a key from a user, or an invitation back.
#include "cli/ask/sharing.hpp"
#include "cli/key_context.hpp"
#include "cli/show/storage_output.hpp"
#include "cli/terminal/confirmation.hpp"

namespace omegasafe::cli {

namespace {

struct revoke_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string key_uuid, email;
    bool force = false;
};

void run_revoke_share(const revoke_options& options) {
    const auto email = require_email(options.email);
    session session{*options.common, 1};
    const auto key = open_key(session, options.key_uuid);
    const auto& ecs = require_ecs(key);
    require_http(ecs, "revoke-share");
    require_confirmation(
        options.force, "Take key " + key.iterations->front().key_name + " from " + email + " at ECS " + ecs.name + "?");
    const auto said = session.ask<ecs_outcome>(account_of(session, ecs), revoke_key_share{key.key_uuid, email});
    outcome out{*options.common};
    out.field("key_uuid", crypto::to_string(key.key_uuid));
    out.field("ecs_uuid", crypto::to_string(ecs.ecs_uuid));
    out.field("email", email);
    tell_server_words(out, said);
    out.line("The Alpha and the Deltas that are on their devices stay there, and open what is\n"
             "encrypted with them. For what they must not read, make a new key.");
    out.finish();
}

} // namespace

void add_revoke_share(CLI::App& app) {
    const auto options = std::make_shared<revoke_options>();
    auto* command = add_command(app, "revoke-share", "Take a key from a user, or an invitation back", options->common,
        [options] { run_revoke_share(*options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID")->required();
    command->add_option("-m,--email", options->email, "E-mail address of the user at the ECS")->required();
    command->add_flag("-f,--force", options->force, "Skip confirmation prompt");
}

} // namespace omegasafe::cli
