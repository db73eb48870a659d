#include "server/refusal.hpp"
#include "server/store/rows.hpp"
#include "server/store/store.hpp"

namespace soci {

using namespace omegasafe::server;

template <>
struct type_conversion<key_record> {
    using base_type = values;
    static void from_base(const values& row, indicator, key_record& key) {
        key = {id_of(row, "key_uuid"), row.get<std::string>("name"), row.get<std::string>("omegasafe_version"),
            number_of(row, "alpha_capacity"), number_of(row, "alpha_next"), number_of(row, "latest_seq"),
            id_of(row, "storage_uuid"), time_of(row, "created_at")};
        if (row.get_indicator("role_id") == i_null)
            return;
        key.my_role = static_cast<role>(number_of(row, "role_id"));
        key.relation_uuid = id_of(row, "relation_uuid");
    }
    static void to_base(const key_record& key, values& row, indicator& state) {
        set_id(row, "key_uuid", key.key_uuid);
        row.set("name", key.name);
        row.set("omegasafe_version", key.omegasafe_version);
        set_number(row, "alpha_capacity", key.alpha_capacity);
        set_number(row, "alpha_next", key.alpha_next);
        set_number(row, "latest_seq", key.latest_seq);
        set_id(row, "storage_uuid", key.storage_uuid);
        set_time(row, "created_at", key.created_at);
        state = i_ok;
    }
};

} // namespace soci

namespace omegasafe::server {

using soci::into;
using soci::use;

void store::lock_row(const char* statement, const uuid& id) {
    uuid locked;
    if (locks_ == row_locks::taken)
        sql_ << sql_statement(statement), use(id), into(locked);
}

void store::add_key(const key_record& key, const uuid& owner, const uuid& relation_uuid) {
    uuid added;
    sql_ << sql_statement("add_key"), use(key), into(added);
    if (!sql_.got_data())
        throw refusal(api_error::key_exists, "There is a key " + crypto::to_string(key.key_uuid) + " already.");
    // After it was added: who deletes a key holds its row until the UUID is kept.
    sql_ << sql_statement("was_deleted"), use(key.key_uuid, "key_uuid"), into(added);
    if (sql_.got_data())
        throw refusal(api_error::key_exists, "The key " + crypto::to_string(key.key_uuid) +
                                                 " was deleted, and its UUID is not used again; create a new key.");
    add_share({relation_uuid, key.key_uuid, owner, {}, role::owner, key.created_at});
}

std::optional<key_record> store::key_of(const uuid& user_uuid, const uuid& key_uuid) {
    lock_row("lock_key", key_uuid);
    return one_row<key_record>(sql_, "key_of_user", use(key_uuid, "key_uuid"), use(user_uuid, "user_uuid"));
}

std::vector<key_record> store::keys_of(const uuid& user_uuid) {
    return rows<key_record>(sql_, "keys_of_user", use(user_uuid, "user_uuid"));
}

std::vector<key_record> store::all_keys() {
    return rows<key_record>(sql_, "all_keys");
}

void store::edit_key(const uuid& key_uuid, const std::optional<std::string>& name,
    const std::optional<std::string>& version, const std::optional<uuid>& storage_uuid) {
    const auto state = [](const auto& field) { return field ? soci::i_ok : soci::i_null; };
    const auto name_text = name.value_or(""), version_text = version.value_or("");
    const auto storage_id = storage_uuid.value_or(uuid{});
    auto name_state = state(name), version_state = state(version), storage_state = state(storage_uuid);
    sql_ << sql_statement("edit_key"), use(name_text, name_state, "name"), use(version_text, version_state, "version"),
        use(storage_id, storage_state, "storage_uuid"), use(key_uuid, "key_uuid");
}

void store::delete_key(const uuid& key_uuid, unix_time now) {
    const long long at = now;
    sql_ << sql_statement("keep_deleted"), use(key_uuid, "key_uuid"), use(at, "now");
    sql_ << sql_statement("delete_key"), use(key_uuid, "key_uuid");
}

} // namespace omegasafe::server
