#include "server/refusal.hpp"
#include "server/store/rows.hpp"
#include "server/store/store.hpp"

namespace soci {

using namespace omegasafe::server;

template <>
struct type_conversion<share_record> {
    using base_type = values;
    static void from_base(const values& row, indicator, share_record& share) {
        share = {id_of(row, "relation_uuid"), id_of(row, "key_uuid"), id_of(row, "user_uuid"),
            row.get<std::string>("email"), static_cast<role>(number_of(row, "role_id")), time_of(row, "created_at")};
    }
    static void to_base(const share_record& share, values& row, indicator& state) {
        set_id(row, "relation_uuid", share.relation_uuid);
        set_id(row, "key_uuid", share.key_uuid);
        set_id(row, "user_uuid", share.user_uuid);
        set_number(row, "role_id", static_cast<std::uint64_t>(share.role_id));
        set_time(row, "created_at", share.created_at);
        state = i_ok;
    }
};

template <>
struct type_conversion<invite_record> {
    using base_type = values;
    static void from_base(const values& row, indicator, invite_record& invite) {
        invite = {id_of(row, "invite_uuid"), id_of(row, "key_uuid"), id_of(row, "invited_by"),
            row.get<std::string>("email"), static_cast<role>(number_of(row, "role_id")), time_of(row, "created_at"),
            row.get<std::string>("key_name"), row.get<std::string>("invited_by_email")};
    }
    static void to_base(const invite_record& invite, values& row, indicator& state) {
        set_id(row, "invite_uuid", invite.invite_uuid);
        set_id(row, "key_uuid", invite.key_uuid);
        set_id(row, "invited_by", invite.invited_by);
        row.set("email", invite.email);
        set_number(row, "role_id", static_cast<std::uint64_t>(invite.role_id));
        set_time(row, "created_at", invite.created_at);
        state = i_ok;
    }
};

} // namespace soci

namespace omegasafe::server {

using soci::into;
using soci::use;

std::vector<share_record> store::shares(const uuid& key_uuid) {
    return rows<share_record>(sql_, "shares", use(key_uuid, "key_uuid"));
}

void store::add_share(const share_record& share) {
    uuid added;
    sql_ << sql_statement("add_share"), use(share), into(added);
    if (!sql_.got_data())
        throw refusal(api_error::already_shared, "The key is shared with " + share.email + " already.");
}

void store::remove_share(const uuid& key_uuid, const uuid& user_uuid) {
    sql_ << sql_statement("remove_share"), use(key_uuid, "key_uuid"), use(user_uuid, "user_uuid");
}

void store::add_invite(const invite_record& invite) {
    uuid added;
    sql_ << sql_statement("add_invite"), use(invite), into(added);
    if (!sql_.got_data())
        throw refusal(
            api_error::already_shared, "There is an open invite for " + invite.email + " to this key already.");
}

std::optional<invite_record> store::invite(const uuid& invite_uuid) {
    lock_row("lock_invite", invite_uuid);
    return one_row<invite_record>(sql_, "invite", use(invite_uuid, "invite_uuid"));
}

std::vector<invite_record> store::invites_for(const std::string& email) {
    return rows<invite_record>(sql_, "invites_for", use(email, "email"));
}

std::vector<invite_record> store::invites_to(const uuid& key_uuid) {
    return rows<invite_record>(sql_, "invites_to", use(key_uuid, "key_uuid"));
}

void store::remove_invite(const uuid& invite_uuid) {
    sql_ << sql_statement("remove_invite"), use(invite_uuid, "invite_uuid");
}

} // namespace omegasafe::server
