// Routes of sharing: invitations by mail address and role, members, leaving (docs/roles.md).
#include "server/api/access.hpp"
#include "server/api/answer.hpp"
#include "server/api/services.hpp"

namespace omegasafe::server {

namespace {

role read_role(fields& body) {
    return static_cast<role>(body.number("role_id", 1, 3));
}

void require_not_last_owner(const std::vector<share_record>& shares, const share_record& leaving) {
    const auto owners = std::ranges::count(shares, role::owner, &share_record::role_id);
    if (leaving.role_id == role::owner && owners == 1)
        throw refusal(
            api_error::last_owner, "A key needs an Owner; make somebody else Owner first, or delete the key.");
}

invite_record require_my_invite(store& data, const call& call, const uuid& invite_uuid) {
    auto invite = data.invite(invite_uuid);
    if (!invite || invite->email != call.user.email)
        throw refusal(
            api_error::invite_unknown, "There is no invitation " + crypto::to_string(invite_uuid) + " for you.");
    return *invite;
}

uuid read_invite(const call& call) {
    auto body = fields::of_body(call.http);
    const auto invite_uuid = body.id("invite_uuid");
    body.finish();
    return invite_uuid;
}

/// A member's role, or a pending invitation, of that address.
response revoke_of(store& data, const key_record& key, const std::string& email) {
    const auto may_take = [&](role theirs) {
        if (!may_revoke(key.my_role, theirs))
            throw role_too_low(key.my_role, theirs == role::owner ? role::owner : role::maintainer);
    };
    const auto shares = data.shares(key.key_uuid);
    if (const auto share = std::ranges::find(shares, email, &share_record::email); share != shares.end()) {
        may_take(share->role_id);
        require_not_last_owner(shares, *share);
        data.remove_share(key.key_uuid, share->user_uuid);
        return answer({{"message", email + " has the key no longer."}});
    }
    const auto invites = data.invites_to(key.key_uuid);
    if (const auto invite = std::ranges::find(invites, email, &invite_record::email); invite != invites.end()) {
        may_take(invite->role_id);
        data.remove_invite(invite->invite_uuid);
        return answer({{"message", "The invitation of " + email + " was taken back."}});
    }
    may_take(role::user); // to hear who has the key not
    throw refusal(api_error::share_unknown, "The key is not shared with " + email + ".");
}

} // namespace

response invite_to_key(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    invite_record invite;
    invite.invite_uuid = crypto::random_uuid();
    invite.key_uuid = body.id("key_uuid");
    invite.email = body.email("email");
    invite.role_id = read_role(body);
    invite.invited_by = call.user.user_uuid;
    invite.created_at = call.now;
    body.finish();
    return services.data.write([&](store& data) {
        const auto key = require_key(data, call, invite.key_uuid, operation::invite);
        if (!may_invite(key.my_role, invite.role_id))
            throw role_too_low(key.my_role, invite.role_id);
        for (const auto& share : data.shares(invite.key_uuid))
            if (share.email == invite.email)
                throw refusal(api_error::already_shared, invite.email + " has this key already.");
        data.add_invite(invite);
        return answer({{"invite", payload_of(*data.invite(invite.invite_uuid))}}, 201);
    });
}

response list_shares(const services& services, const call& call) {
    auto query = fields::of_query(call.http);
    const auto key_uuid = query.id("key_uuid");
    query.finish();
    return services.data.read([&](store& data) {
        require_key(data, call, key_uuid, operation::list_shares);
        auto shares = json::array();
        for (const auto& share : data.shares(key_uuid))
            shares.push_back(payload_of(share));
        for (const auto& invite : data.invites_to(key_uuid))
            shares.push_back(pending_share(invite));
        return answer({{"shares", std::move(shares)}});
    });
}

response revoke_share(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    const auto key_uuid = body.id("key_uuid");
    const auto email = body.email("email");
    body.finish();
    return services.data.write([&](store& data) { return revoke_of(data, require_key(data, call, key_uuid), email); });
}

response leave_key(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    const auto key_uuid = body.id("key_uuid");
    body.finish();
    return services.data.write([&](store& data) {
        require_key(data, call, key_uuid, operation::leave_key);
        const auto shares = data.shares(key_uuid);
        require_not_last_owner(shares, *std::ranges::find(shares, call.user.user_uuid, &share_record::user_uuid));
        data.remove_share(key_uuid, call.user.user_uuid);
        return answer({{"message", "You have left the key."}});
    });
}

response list_invites(const services& services, const call& call) {
    fields::of_query(call.http).finish();
    return services.data.read([&](store& data) {
        auto invites = json::array();
        for (const auto& invite : data.invites_for(call.user.email))
            invites.push_back(payload_of(invite));
        return answer({{"invites", std::move(invites)}});
    });
}

response accept_invite(const services& services, const call& call) {
    const auto invite_uuid = read_invite(call);
    const auto relation_uuid = crypto::random_uuid();
    return services.data.write([&](store& data) {
        const auto invite = require_my_invite(data, call, invite_uuid);
        data.remove_invite(invite_uuid);
        data.add_share(
            {relation_uuid, invite.key_uuid, call.user.user_uuid, call.user.email, invite.role_id, call.now});
        return answer({{"message", "You have the key now; its Alpha comes from whoever invited you."},
            {"key_uuid", crypto::to_string(invite.key_uuid)}, {"role_id", static_cast<int>(invite.role_id)},
            {"role_name", role_name(invite.role_id)}});
    });
}

response decline_invite(const services& services, const call& call) {
    const auto invite_uuid = read_invite(call);
    return services.data.write([&](store& data) {
        require_my_invite(data, call, invite_uuid);
        data.remove_invite(invite_uuid);
        return answer({{"message", "The invitation was declined."}});
    });
}

} // namespace omegasafe::server
