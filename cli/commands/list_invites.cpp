// omegasafe list-invites (beyond the reference): invitations for this user, or who has a key.
#include "cli/ask/sharing.hpp"
#include "cli/key_context.hpp"

namespace omegasafe::cli {

namespace {

struct invites_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string ecs_uuid, key_uuid;
};

/// --ecs-uuid, else the key's link, else the default or only ECS.
ecs_entry ecs_for_invites(session& session, const invites_options& options) {
    std::optional<uuid> wanted;
    if (!options.ecs_uuid.empty())
        wanted = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    else if (!options.key_uuid.empty())
        wanted = require_ecs(open_key(session, options.key_uuid)).ecs_uuid;
    auto ecs = session.ask<ecs_entry>(session.actors().ecs_directory, resolve_ecs{wanted});
    require_http(ecs, "list-invites");
    return ecs;
}

json tell_invites(const outcome& out, const std::vector<key_invite>& invites) {
    if (invites.empty())
        out.line("  Nobody has invited you to a key.");
    auto array = json::array();
    for (const auto& invite : invites) {
        out.line("  " + invite.key_name + ", as " + invite.role_name);
        out.line("    Invite UUID: " + crypto::to_string(invite.invite_uuid));
        out.line("    Key UUID:    " + crypto::to_string(invite.key_uuid));
        out.line("    From:        " + invite.invited_by_email + ", " + invite.created_at);
        array.push_back(payload_of(invite));
    }
    if (!invites.empty())
        out.line("Next: omegasafe accept-invite -i INVITE_UUID");
    return array;
}

json tell_shares(const outcome& out, const std::vector<key_share>& shares) {
    auto array = json::array();
    for (const auto& share : shares) {
        out.line("  " + share.email + ", " + share.role_name + ", " + share.status + ", " + share.created_at);
        array.push_back(payload_of(share));
    }
    return array;
}

void run_list_invites(const invites_options& options) {
    std::optional<uuid> key_uuid;
    if (!options.key_uuid.empty())
        key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    session session{*options.common, 1};
    const auto ecs = ecs_for_invites(session, options);
    const auto account = account_of(session, ecs);
    outcome out{*options.common};
    out.field("ecs_uuid", crypto::to_string(ecs.ecs_uuid));
    out.field("ecs_name", ecs.name);
    out.field("key_uuid", json_uuid(key_uuid));
    json invites = nullptr, shares = nullptr;
    if (key_uuid) {
        const auto found = session.ask<std::vector<key_share>>(account, list_key_shares{*key_uuid});
        out.line("Who has key " + crypto::to_string(*key_uuid) + " at " + ecs.name);
        shares = tell_shares(out, found);
    } else {
        const auto found = session.ask<std::vector<key_invite>>(account, list_key_invites{});
        out.line("Invitations at " + ecs.name);
        invites = tell_invites(out, found);
    }
    out.field("invites", std::move(invites));
    out.field("shares", std::move(shares));
    out.finish();
}

} // namespace

void add_list_invites(CLI::App& app) {
    const auto options = std::make_shared<invites_options>();
    auto* command = add_command(app, "list-invites", "List invitations for you, or who has a key", options->common,
        [options] { run_list_invites(*options); });
    command->add_option(
        "-e,--ecs-uuid", options->ecs_uuid, "ECS UUID (default: the key's, ECS_UUID_DEFAULT, or\nthe only ECS)");
    command->add_option("-k,--key-uuid", options->key_uuid, "Show who has this key instead");
}

} // namespace omegasafe::cli
