#include "server/refusal.hpp"
#include "server/store/rows.hpp"
#include "server/store/store.hpp"

namespace soci {

using namespace omegasafe::server;

template <>
struct type_conversion<user_record> {
    using base_type = values;
    static void from_base(const values& row, indicator, user_record& user) {
        user = {id_of(row, "user_uuid"), row.get<std::string>("email"), row.get<std::string>("name"),
            time_of(row, "created_at"), number_of(row, "disabled") != 0};
    }
    static void to_base(const user_record& user, values& row, indicator& state) {
        set_id(row, "user_uuid", user.user_uuid);
        row.set("email", user.email);
        row.set("name", user.name);
        set_time(row, "created_at", user.created_at);
        set_number(row, "disabled", user.disabled);
        state = i_ok;
    }
};

template <>
struct type_conversion<api_key_record> {
    using base_type = values;
    static void from_base(const values& row, indicator, api_key_record& key) {
        key = {id_of(row, "api_key_uuid"), id_of(row, "user_uuid"), row.get<std::string>("name"),
            row.get<std::string>("secret_hash"), time_of(row, "created_at"), optional_time_of(row, "last_used_at"),
            optional_time_of(row, "revoked_at")};
    }
    static void to_base(const api_key_record& key, values& row, indicator& state) {
        set_id(row, "api_key_uuid", key.api_key_uuid);
        set_id(row, "user_uuid", key.user_uuid);
        row.set("name", key.name);
        row.set("secret_hash", key.secret_hash);
        set_time(row, "created_at", key.created_at);
        set_time(row, "last_used_at", key.last_used_at);
        set_time(row, "revoked_at", key.revoked_at);
        state = i_ok;
    }
};

} // namespace soci

namespace omegasafe::server {

using soci::into;
using soci::use;

void store::add_user(const user_record& user) {
    uuid added;
    sql_ << sql_statement("add_user"), use(user), into(added);
    if (!sql_.got_data())
        throw refusal(api_error::user_exists, "There is a user with the e-mail address " + user.email + " already.");
}

std::vector<user_record> store::users() {
    return rows<user_record>(sql_, "users");
}

std::optional<user_record> store::user(const uuid& user_uuid) {
    return one_row<user_record>(sql_, "user", use(user_uuid, "user_uuid"));
}

std::optional<user_record> store::user_by_email(const std::string& email) {
    return one_row<user_record>(sql_, "user_by_email", use(email, "email"));
}

void store::set_user_disabled(const uuid& user_uuid, bool disabled) {
    const long long column = disabled ? 1 : 0;
    sql_ << sql_statement("set_user_disabled"), use(user_uuid, "user_uuid"), use(column, "disabled");
}

void store::add_api_key(const api_key_record& key) {
    sql_ << sql_statement("add_api_key"), use(key);
}

std::optional<api_key_owner> store::active_api_key(const uuid& api_key_uuid) {
    auto key = one_row<api_key_record>(sql_, "active_api_key", use(api_key_uuid, "api_key_uuid"));
    if (!key)
        return std::nullopt;
    auto owner = user(key->user_uuid);
    return api_key_owner{std::move(*key), std::move(owner.value())};
}

std::vector<api_key_record> store::api_keys(const uuid& user_uuid) {
    return rows<api_key_record>(sql_, "api_keys", use(user_uuid, "user_uuid"));
}

bool store::revoke_api_key(const uuid& user_uuid, const uuid& api_key_uuid, unix_time now) {
    const long long at = now;
    uuid revoked;
    sql_ << sql_statement("revoke_api_key"), use(user_uuid, "user_uuid"), use(api_key_uuid, "api_key_uuid"),
        use(at, "now"), into(revoked);
    return sql_.got_data();
}

void store::touch_api_key(const uuid& api_key_uuid, unix_time now) {
    const long long at = now;
    sql_ << sql_statement("touch_api_key"), use(api_key_uuid, "api_key_uuid"), use(at, "now");
}

} // namespace omegasafe::server
