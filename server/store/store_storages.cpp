#include "server/store/rows.hpp"
#include "server/store/store.hpp"

namespace soci {

using namespace omegasafe::server;

template <>
struct type_conversion<storage_record> {
    using base_type = values;
    static void from_base(const values& row, indicator, storage_record& storage) {
        storage = {id_of(row, "storage_uuid"), id_of(row, "user_uuid"), row.get<std::string>("name"),
            provider_column(row.get<std::string>("provider")), row.get<std::string>("bucket_name"),
            row.get<std::string>("region"), row.get<std::string>("endpoint_url"), row.get<std::string>("remote_path"),
            row.get<std::string>("sealed_credentials"), time_of(row, "created_at")};
    }
    static void to_base(const storage_record& storage, values& row, indicator& state) {
        set_id(row, "storage_uuid", storage.storage_uuid);
        set_id(row, "user_uuid", storage.user_uuid);
        row.set("name", storage.name);
        row.set("provider", std::string{omegasafe::wire::rules_of(storage.provider).name});
        row.set("bucket_name", storage.bucket_name);
        row.set("region", storage.region);
        row.set("endpoint_url", storage.endpoint_url);
        row.set("remote_path", storage.remote_path);
        row.set("sealed_credentials", storage.sealed_credentials);
        set_time(row, "created_at", storage.created_at);
        state = i_ok;
    }
};

} // namespace soci

namespace omegasafe::server {

using soci::into;
using soci::use;

void store::add_storage(const storage_record& storage) {
    sql_ << sql_statement("add_storage"), use(storage);
}

void store::replace_storage(const storage_record& storage) {
    sql_ << sql_statement("replace_storage"), use(storage);
}

std::optional<storage_record> store::storage(const uuid& storage_uuid) {
    lock_row("lock_storage", storage_uuid);
    return one_row<storage_record>(sql_, "storage", use(storage_uuid, "storage_uuid"));
}

std::vector<storage_record> store::storages_of(const uuid& user_uuid) {
    return rows<storage_record>(sql_, "storages_of_user", use(user_uuid, "user_uuid"));
}

std::vector<storage_record> store::all_storages() {
    return rows<storage_record>(sql_, "all_storages");
}

std::uint64_t store::uses_of_storage(const uuid& storage_uuid) {
    long long count = 0;
    sql_ << sql_statement("uses_of_storage"), use(storage_uuid, "storage_uuid"), into(count);
    return from_column(count);
}

void store::delete_storage(const uuid& storage_uuid) {
    sql_ << sql_statement("delete_storage"), use(storage_uuid, "storage_uuid");
}

} // namespace omegasafe::server
