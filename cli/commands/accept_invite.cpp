// omegasafe accept-invite (beyond the reference): takes or declines the invitation to a key.
#include "cli/ask/http_ecs.hpp"
#include "cli/ask/sharing.hpp"
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/show/storage_output.hpp"
#include <algorithm>

namespace omegasafe::cli {

namespace {

struct accept_options {
    std::string ecs_uuid, invite_uuid;
    bool decline = false;
};

/// What is known of it before it is answered; the server refuses one that it does not know.
std::optional<key_invite> find_invite(client& client, const uuid& ecs_uuid, const uuid& invite_uuid) {
    const auto invites = client.list_invites(ecs_uuid);
    const auto found = std::ranges::find(invites, invite_uuid, &key_invite::invite_uuid);
    return found == invites.end() ? std::nullopt : std::optional{*found};
}

void run_accept_invite(session& session, const accept_options& options) {
    const auto invite_uuid = parse_uuid_flag(options.invite_uuid, "--invite-uuid");
    const auto wanted = parse_optional_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    auto& client = session.open();
    const auto ecs = client.find_ecs(wanted);
    require_http(ecs, "accept-invite");
    const auto invite = find_invite(client, ecs.ecs_uuid, invite_uuid);
    const auto said = client.answer_invite(ecs.ecs_uuid, invite_uuid, !options.decline);
    outcome out{session};
    add_ecs_fields(out, ecs);
    out.field("invite_uuid", to_string(invite_uuid));
    out.field("accepted", !options.decline);
    tell_server_words(out, said);
    out.field("invite", invite ? payload_of(*invite) : json(nullptr));
    if (!options.decline)
        out.line("Next: " + (invite ? invite->invited_by_email + " hands" : "have the key's owner hand") +
                 " you the exported Alpha, by hand; then");
    if (!options.decline)
        out.line("  omegasafe import-key -e " + to_string(ecs.ecs_uuid) + " -i FILE");
    out.finish();
}

} // namespace

void add_accept_invite(CLI::App& app) {
    const auto options = std::make_shared<accept_options>();
    auto* command = add_command(app, "accept-invite", "Accept or decline the invitation to a key",
        [options](session& session) { run_accept_invite(session, *options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID (default: ECS_UUID_DEFAULT, then the only\nECS)");
    command->add_option("-i,--invite-uuid", options->invite_uuid, "Invite UUID, from list-invites")->required();
    command->add_flag("--decline", options->decline, "Decline it instead");
}

} // namespace omegasafe::cli
