// omegasafe list-invites (beyond the reference): invitations for this user, or who has a key.
#include "cli/ask/http_ecs.hpp"
#include "cli/ask/sharing.hpp"
#include "cli/flags.hpp"

namespace omegasafe::cli {

namespace {

struct invites_options {
    std::string ecs_uuid, key_uuid;
};

/// --ecs-uuid, else the key's link, else the default or only ECS.
ecs_info ecs_for_invites(client& client, const invites_options& options, const std::optional<uuid>& key_uuid) {
    const auto wanted = parse_optional_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    auto ecs = key_uuid && !wanted ? client.ecs_of_key(*key_uuid) : client.find_ecs(wanted);
    require_http(ecs, "list-invites");
    return ecs;
}

json tell_invites(const outcome& out, const std::vector<key_invite>& invites) {
    if (invites.empty())
        out.line("  Nobody has invited you to a key.");
    auto array = json::array();
    for (const auto& invite : invites) {
        out.line("  " + invite.key_name + ", as " + invite.role_name);
        out.line("    Invite UUID: " + to_string(invite.invite_uuid));
        out.line("    Key UUID:    " + to_string(invite.key_uuid));
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

void run_list_invites(session& session, const invites_options& options) {
    const auto key_uuid = parse_optional_uuid_flag(options.key_uuid, "--key-uuid");
    auto& client = session.open();
    const auto ecs = ecs_for_invites(client, options, key_uuid);
    outcome out{session};
    out.field("ecs_uuid", to_string(ecs.ecs_uuid));
    out.field("ecs_name", ecs.name);
    out.field("key_uuid", json_uuid(key_uuid));
    json invites = nullptr, shares = nullptr;
    if (key_uuid) {
        const auto found = client.list_shares(*key_uuid, ecs.ecs_uuid);
        out.line("Who has key " + to_string(*key_uuid) + " at " + ecs.name);
        shares = tell_shares(out, found);
    } else {
        const auto found = client.list_invites(ecs.ecs_uuid);
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
    auto* command = add_command(app, "list-invites", "List invitations for you, or who has a key",
        [options](session& session) { run_list_invites(session, *options); });
    command->add_option(
        "-e,--ecs-uuid", options->ecs_uuid, "ECS UUID (default: the key's, ECS_UUID_DEFAULT, or\nthe only ECS)");
    command->add_option("-k,--key-uuid", options->key_uuid, "Show who has this key instead");
}

} // namespace omegasafe::cli
