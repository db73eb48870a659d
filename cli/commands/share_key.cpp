// omegasafe share-key (beyond the reference): invites another user of an HTTP ECS to a key.
#include "cli/ask/sharing.hpp"
#include "cli/key_context.hpp"

namespace omegasafe::cli {

namespace {

struct share_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string key_uuid, email, role = "user";
};

void run_share_key(const share_options& options) {
    const auto email = require_email(options.email);
    const auto role = parse_role(options.role);
    session session{*options.common, 1};
    const auto key = open_key(session, options.key_uuid);
    const auto& ecs = require_ecs(key);
    require_http(ecs, "share-key");
    const auto invite = session.ask<key_invite>(account_of(session, ecs), invite_to_key{key.key_uuid, email, role});
    outcome out{*options.common};
    out.line(invite.email + " is invited to the key as " + invite.role_name + ".");
    out.value("Key UUID", "key_uuid", crypto::to_string(key.key_uuid));
    out.value("ECS UUID", "ecs_uuid", crypto::to_string(ecs.ecs_uuid));
    out.value("Invite UUID", "invite_uuid", crypto::to_string(invite.invite_uuid));
    out.field("invite", payload_of(invite));
    out.line("Next, on their device: omegasafe accept-invite -i " + crypto::to_string(invite.invite_uuid));
    out.line("Then give them the Alpha by hand, in a file with a passphrase: it never travels\n"
             "through the server.\n  omegasafe export-key -k " +
             crypto::to_string(key.key_uuid) + " -o FILE");
    out.finish();
}

} // namespace

void add_share_key(CLI::App& app) {
    const auto options = std::make_shared<share_options>();
    auto* command = add_command(app, "share-key", "Invite another user of an HTTP ECS to a key", options->common,
        [options] { run_share_key(*options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to share")->required();
    command->add_option("-m,--email", options->email, "E-mail address of the user at the ECS")->required();
    command->add_option("-r,--role", options->role, "owner, maintainer or user (the default)");
}

} // namespace omegasafe::cli
