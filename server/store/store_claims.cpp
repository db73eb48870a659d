#include "server/refusal.hpp"
#include "server/store/rows.hpp"
#include "server/store/store.hpp"

namespace omegasafe::server {

using soci::into;
using soci::use;

namespace {

constexpr unix_time one_day = 24 * 60 * 60;
/// A calendar month and more: the longest span that transfers are counted over.
constexpr unix_time transfers_kept = 62 * one_day;
/// What the columns hold; every capacity is at most this, and a larger claim never reaches the database.
constexpr std::uint64_t largest_column = INT64_MAX;

void check_size(const claim_request_record& request) {
    if (request.size == 0)
        throw refusal(api_error::invalid_request, "A claim needs a size of at least 1.");
}

[[noreturn]] void refuse_full(std::uint64_t left) {
    throw refusal(api_error::capacity_exhausted, "There are " + std::to_string(left) + " positions left.",
        {{"positions_left", crypto::position_to_json<nlohmann::json>(left)}});
}

} // namespace

/// Asked before a claim, and once more before it is refused: an earlier try of the same claim may have been under way.
/// What refuses (too little left, an older Delta) stays so, and a claim changes the row that refuses; so by then that
/// try is kept, or refused too.
std::optional<claimed_record> store::replay(const claim_request_record& request, unix_time now) {
    uuid key_uuid, delta_uuid;
    long long size = 0, first_offset = 0, seq_number = 0, capacity = 0, created_at = 0;
    sql_ << sql_statement("answered_claim"), use(request.api_key_uuid, "api_key_uuid"),
        use(request.device_uuid, "device_uuid"), use(request.idempotency_key, "idempotency_key"), into(key_uuid),
        into(delta_uuid), into(size), into(first_offset), into(seq_number), into(capacity), into(created_at);
    if (!sql_.got_data())
        return std::nullopt;
    if (created_at <= now - one_day) {
        sql_ << sql_statement("forget_claim"), use(request.api_key_uuid, "api_key_uuid"),
            use(request.device_uuid, "device_uuid"), use(request.idempotency_key, "idempotency_key");
        return std::nullopt;
    }
    if (key_uuid != request.key_uuid || delta_uuid != request.delta_uuid || from_column(size) != request.size)
        throw refusal(api_error::idempotency_mismatch,
            "This Idempotency-Key was used for another claim; take a fresh one for each claim.");
    return claimed_record{from_column(first_offset), from_column(seq_number), from_column(capacity), true};
}

void store::remember(const claim_request_record& request, const claimed_record& claimed, unix_time now) {
    const auto size = to_column(request.size), first = to_column(claimed.first_offset),
               seq = to_column(claimed.seq_number), capacity = to_column(claimed.capacity);
    const long long at = now;
    sql_ << sql_statement("remember_claim"), use(request.api_key_uuid, "api_key_uuid"),
        use(request.device_uuid, "device_uuid"), use(request.idempotency_key, "idempotency_key"),
        use(request.key_uuid, "key_uuid"), use(request.delta_uuid, "delta_uuid"), use(size, "size"),
        use(first, "first_offset"), use(seq, "seq_number"), use(capacity, "capacity"), use(at, "now");
}

/// Why the update found no row it may change. Returns when another process has meanwhile made it possible.
void store::refuse_delta_claim(const claim_request_record& request) {
    const auto asked = delta(request.key_uuid, request.delta_uuid);
    if (!asked)
        throw refusal(api_error::delta_unknown, "The key " + crypto::to_string(request.key_uuid) + " has no Delta " +
                                                    crypto::to_string(request.delta_uuid) + ".");
    long long latest = 0;
    sql_ << sql_statement("latest_seq"), use(request.key_uuid, "key_uuid"), into(latest);
    if (const auto seq_number = from_column(latest); seq_number != asked->seq_number) {
        const auto newest = delta_at(request.key_uuid, seq_number);
        throw refusal(api_error::delta_not_newest,
            "The Delta " + crypto::to_string(asked->delta_uuid) + " is not the newest of its key.",
            {{"newest_delta_uuid", newest ? nlohmann::json(crypto::to_string(newest->delta_uuid)) : nullptr},
                {"latest_seq_number", crypto::position_to_json<nlohmann::json>(seq_number)}});
    }
    if (const auto left = asked->capacity - asked->next_offset; left < request.size)
        refuse_full(left);
}

claimed_record store::claim_delta(const claim_request_record& request, unix_time now) {
    check_size(request);
    if (auto before = replay(request, now))
        return *before;
    if (request.size > largest_column)
        refuse_delta_claim(request);
    long long first_offset = 0, seq_number = 0, capacity = 0;
    const auto size = to_column(request.size);
    while (true) {
        sql_ << sql_statement("claim_delta"), use(request.key_uuid, "key_uuid"), use(request.delta_uuid, "delta_uuid"),
            use(size, "size"), into(first_offset), into(seq_number), into(capacity);
        if (sql_.got_data())
            break;
        if (auto meanwhile = replay(request, now))
            return *meanwhile;
        refuse_delta_claim(request);
    }
    const claimed_record claimed{from_column(first_offset), from_column(seq_number), from_column(capacity)};
    remember(request, claimed, now);
    return claimed;
}

void store::refuse_alpha_claim(const claim_request_record& request) {
    long long left = 0;
    sql_ << sql_statement("alpha_left"), use(request.key_uuid, "key_uuid"), into(left);
    if (!sql_.got_data())
        throw refusal(api_error::key_unknown, "There is no key " + crypto::to_string(request.key_uuid) + " of yours.");
    refuse_full(from_column(left));
}

claimed_record store::claim_alpha(const claim_request_record& request, unix_time now) {
    check_size(request);
    if (auto before = replay(request, now))
        return *before;
    if (request.size > largest_column)
        refuse_alpha_claim(request);
    long long first_offset = 0, capacity = 0;
    const auto size = to_column(request.size);
    sql_ << sql_statement("claim_alpha"), use(request.key_uuid, "key_uuid"), use(size, "size"), into(first_offset),
        into(capacity);
    if (!sql_.got_data()) {
        if (auto meanwhile = replay(request, now))
            return *meanwhile;
        refuse_alpha_claim(request);
    }
    const claimed_record claimed{from_column(first_offset), 0, from_column(capacity)};
    remember(request, claimed, now);
    return claimed;
}

void store::purge(unix_time now) {
    const long long a_day_ago = now - one_day, transfers_end = now - transfers_kept;
    sql_ << sql_statement("purge_claims"), use(a_day_ago, "before");
    sql_ << sql_statement("purge_transfers"), use(transfers_end, "before");
}

} // namespace omegasafe::server
