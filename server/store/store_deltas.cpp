#include "server/refusal.hpp"
#include "server/store/rows.hpp"
#include "server/store/store.hpp"

namespace soci {

using namespace omegasafe::server;

template <>
struct type_conversion<delta_record> {
    using base_type = values;
    static void from_base(const values& row, indicator, delta_record& delta) {
        delta = {id_of(row, "delta_uuid"), id_of(row, "key_uuid"), number_of(row, "seq_number"),
            number_of(row, "next_offset"), number_of(row, "alpha_capacity"), number_of(row, "size_bytes"),
            row.get<std::string>("content_md5"), id_of(row, "storage_uuid"), time_of(row, "created_at"),
            optional_time_of(row, "deleted_at")};
    }
    static void to_base(const delta_record& delta, values& row, indicator& state) {
        set_id(row, "delta_uuid", delta.delta_uuid);
        set_id(row, "key_uuid", delta.key_uuid);
        set_number(row, "seq_number", delta.seq_number);
        set_number(row, "next_offset", delta.next_offset);
        set_number(row, "size_bytes", delta.size_bytes);
        row.set("content_md5", delta.content_md5);
        set_id(row, "storage_uuid", delta.storage_uuid);
        set_time(row, "created_at", delta.created_at);
        set_time(row, "deleted_at", delta.deleted_at);
        state = i_ok;
    }
};

template <>
struct type_conversion<upload_record> {
    using base_type = values;
    static void from_base(const values& row, indicator, upload_record& upload) {
        upload = {id_of(row, "upload_attempt_uuid"), id_of(row, "key_uuid"), id_of(row, "delta_uuid"),
            id_of(row, "storage_uuid"), number_of(row, "seq_number"), number_of(row, "size_bytes"),
            row.get<std::string>("content_md5"), time_of(row, "created_at"), time_of(row, "expires_at")};
    }
    static void to_base(const upload_record& upload, values& row, indicator& state) {
        set_id(row, "upload_attempt_uuid", upload.upload_attempt_uuid);
        set_id(row, "key_uuid", upload.key_uuid);
        set_id(row, "delta_uuid", upload.delta_uuid);
        set_id(row, "storage_uuid", upload.storage_uuid);
        set_number(row, "seq_number", upload.seq_number);
        set_number(row, "size_bytes", upload.size_bytes);
        row.set("content_md5", upload.content_md5);
        set_time(row, "created_at", upload.created_at);
        set_time(row, "expires_at", upload.expires_at);
        state = i_ok;
    }
};

} // namespace soci

namespace omegasafe::server {

using soci::into;
using soci::use;

std::vector<delta_record> store::deltas(const uuid& key_uuid) {
    return rows<delta_record>(sql_, "deltas", use(key_uuid, "key_uuid"));
}

std::optional<delta_record> store::delta(const uuid& key_uuid, const uuid& delta_uuid) {
    return one_row<delta_record>(sql_, "delta", use(key_uuid, "key_uuid"), use(delta_uuid, "delta_uuid"));
}

std::optional<delta_record> store::delta_at(const uuid& key_uuid, std::uint64_t seq_number) {
    const auto seq = to_column(seq_number);
    return one_row<delta_record>(sql_, "delta_at", use(key_uuid, "key_uuid"), use(seq, "seq_number"));
}

void store::add_upload(const upload_record& upload) {
    sql_ << sql_statement("add_upload"), use(upload);
}

std::optional<upload_record> store::upload(const uuid& upload_attempt_uuid) {
    return one_row<upload_record>(sql_, "upload", use(upload_attempt_uuid, "upload_attempt_uuid"));
}

bool store::hold_upload(const uuid& upload_attempt_uuid) {
    long long expires_at = 0;
    sql_ << sql_statement("hold_upload"), use(upload_attempt_uuid, "upload_attempt_uuid"), into(expires_at);
    return sql_.got_data();
}

std::uint64_t store::other_uploads(const upload_record& upload) {
    long long count = 0;
    const auto seq = to_column(upload.seq_number);
    sql_ << sql_statement("other_uploads"), use(upload.key_uuid, "key_uuid"), use(upload.storage_uuid, "storage_uuid"),
        use(seq, "seq_number"), use(upload.delta_uuid, "delta_uuid"), into(count);
    return from_column(count);
}

std::vector<upload_record> store::unconfirmed_uploads(const uuid& key_uuid) {
    return rows<upload_record>(sql_, "unconfirmed_uploads", use(key_uuid, "key_uuid"));
}

std::vector<upload_record> store::purge_uploads(unix_time now) {
    const long long a_day_ago = now - 24 * 60 * 60;
    auto ended = rows<upload_record>(sql_, "purge_uploads", use(a_day_ago, "before"));
    std::erase_if(ended, [&](const upload_record& upload) {
        long long others = 0; // a later try of the same Delta, which may yet be confirmed
        sql_ << sql_statement("uploads_of_delta"), use(upload.delta_uuid, "delta_uuid"), into(others);
        return others > 0 || delta(upload.key_uuid, upload.delta_uuid);
    });
    return ended;
}

void store::add_delta(const delta_record& delta) {
    long long latest = 0;
    const auto seq = to_column(delta.seq_number);
    sql_ << sql_statement("advance_latest_seq"), use(delta.key_uuid, "key_uuid"), use(delta.delta_uuid, "delta_uuid"),
        use(seq, "seq_number"), into(latest);
    if (sql_.got_data()) {
        sql_ << sql_statement("supersede_delta"), use(delta.key_uuid, "key_uuid"), use(seq, "seq_number");
        sql_ << sql_statement("add_delta"), use(delta);
        return;
    }
    sql_ << sql_statement("latest_seq"), use(delta.key_uuid, "key_uuid"), into(latest);
    const auto authoritative = delta_at(delta.key_uuid, delta.seq_number);
    nlohmann::json id;
    if (authoritative)
        id = crypto::to_string(authoritative->delta_uuid);
    throw refusal(api_error::delta_conflict,
        "The Delta " + crypto::to_string(delta.delta_uuid) + " cannot be number " + std::to_string(delta.seq_number) +
            "; the newest of its key is number " + std::to_string(latest) + ".",
        {{"authoritative_delta_uuid", id},
            {"latest_seq_number", crypto::position_to_json<nlohmann::json>(from_column(latest))}});
}

void store::mark_delta_deleted(const uuid& delta_uuid, unix_time now) {
    const long long at = now;
    sql_ << sql_statement("mark_delta_deleted"), use(delta_uuid, "delta_uuid"), use(at, "now");
}

void store::count_transfer(const uuid& key_uuid, transfer_kind kind, unix_time now) {
    const long long column = static_cast<int>(kind), at = now;
    sql_ << sql_statement("count_transfer"), use(key_uuid, "key_uuid"), use(column, "kind"), use(at, "now");
}

std::uint64_t store::transfers_since(const uuid& key_uuid, transfer_kind kind, unix_time since) {
    const long long column = static_cast<int>(kind), from = since;
    long long count = 0;
    sql_ << sql_statement("transfers_since"), use(key_uuid, "key_uuid"), use(column, "kind"), use(from, "since"),
        into(count);
    return from_column(count);
}

std::uint64_t store::stored_deltas(const uuid& key_uuid, const uuid& storage_uuid) {
    long long count = 0;
    sql_ << sql_statement("stored_deltas"), use(key_uuid, "key_uuid"), use(storage_uuid, "storage_uuid"), into(count);
    return from_column(count);
}

} // namespace omegasafe::server
