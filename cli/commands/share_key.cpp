// omegasafe share-key (beyond the reference): invites another user of an HTTP ECS to a key.
#include "cli/ask/http_ecs.hpp"
#include "cli/ask/sharing.hpp"
#include "cli/flags.hpp"

namespace omegasafe::cli {

namespace {

struct share_options {
    std::string key_uuid, email, role = "user";
};

void run_share_key(session& session, const share_options& options) {
    const auto email = require_email(options.email);
    const auto role = parse_role(options.role);
    auto& client = session.open();
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto ecs = client.ecs_of_key(key_uuid);
    require_http(ecs, "share-key");
    const auto invite = client.share_key(key_uuid, email, role);
    outcome out{session};
    out.line(invite.email + " is invited to the key as " + invite.role_name + ".");
    out.value("Key UUID", "key_uuid", to_string(key_uuid));
    out.value("ECS UUID", "ecs_uuid", to_string(ecs.ecs_uuid));
    out.value("Invite UUID", "invite_uuid", to_string(invite.invite_uuid));
    out.field("invite", payload_of(invite));
    out.line("Next, on their device: omegasafe accept-invite -i " + to_string(invite.invite_uuid));
    out.lines("Then give them the Alpha by hand, in a file with a passphrase: it never travels\n"
              "through the server.\n  omegasafe export-key -k " +
              to_string(key_uuid) + " -o FILE");
    out.finish();
}

} // namespace

void add_share_key(CLI::App& app) {
    const auto options = std::make_shared<share_options>();
    auto* command = add_command(app, "share-key", "Invite another user of an HTTP ECS to a key",
        [options](session& session) { run_share_key(session, *options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to share")->required();
    command->add_option("-m,--email", options->email, "E-mail address of the user at the ECS")->required();
    command->add_option("-r,--role", options->role, "owner, maintainer or user (the default)");
}

} // namespace omegasafe::cli
