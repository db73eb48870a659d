// The server's database as typed operations on one connection, inside one transaction that database.hpp opens.
#pragma once

#include "server/store/records.hpp"
#include <memory>

namespace soci {
class session;
} // namespace soci

namespace omegasafe::server {

/// One connection, one thread, one transaction at a time. Refusals (server/refusal.hpp) for what the data forbids;
/// soci::soci_error for what the database cannot do.
class store {
public:
    /// taken: key_of, storage and invite keep others from changing that row until the transaction ends, so that what a
    /// writing transaction decides by it stays true. SQLite has one writer at a time and needs none.
    enum class row_locks { none, taken };

    explicit store(soci::session& sql, row_locks locks = row_locks::none) : sql_(sql), locks_(locks) {}

    // --- users and API keys
    void add_user(const user_record& user); // refusal user_exists for a taken e-mail
    std::vector<user_record> users();
    std::optional<user_record> user(const uuid& user_uuid);
    std::optional<user_record> user_by_email(const std::string& email);
    void set_user_disabled(const uuid& user_uuid, bool disabled);
    void add_api_key(const api_key_record& key);
    /// Not when revoked or of a disabled user.
    std::optional<api_key_owner> active_api_key(const uuid& api_key_uuid);
    std::vector<api_key_record> api_keys(const uuid& user_uuid);
    bool revoke_api_key(const uuid& user_uuid, const uuid& api_key_uuid, unix_time now); // false: none such
    void touch_api_key(const uuid& api_key_uuid, unix_time now);

    // --- keys
    /// refusal key_exists, also when there was such a key
    void add_key(const key_record& key, const uuid& owner, const uuid& relation_uuid);
    /// Nothing when there is no such key or the user has no relation to it.
    std::optional<key_record> key_of(const uuid& user_uuid, const uuid& key_uuid);
    std::vector<key_record> keys_of(const uuid& user_uuid);
    std::vector<key_record> all_keys(); // for the operator; no role
    void edit_key(const uuid& key_uuid, const std::optional<std::string>& name,
        const std::optional<std::string>& version, const std::optional<uuid>& storage_uuid);
    void delete_key(const uuid& key_uuid, unix_time now); // with Deltas, relations, invites, uploads, claims

    // --- claims: one atomic conditional update each, repeated under the same idempotency key within 24 hours
    /// refusal delta_not_newest, capacity_exhausted, idempotency_mismatch, delta_unknown
    claimed_record claim_delta(const claim_request_record& request, unix_time now);
    claimed_record claim_alpha(const claim_request_record& request, unix_time now);
    /// Forgets idempotency keys older than a day and old transfer counts.
    void purge(unix_time now);

    // --- Deltas
    std::vector<delta_record> deltas(const uuid& key_uuid); // by sequence
    std::optional<delta_record> delta(const uuid& key_uuid, const uuid& delta_uuid);
    std::optional<delta_record> delta_at(const uuid& key_uuid, std::uint64_t seq_number);
    void add_upload(const upload_record& upload);
    std::optional<upload_record> upload(const uuid& upload_attempt_uuid);
    /// Keeps a purge from taking it before the transaction ends; false when one has.
    bool hold_upload(const uuid& upload_attempt_uuid);
    /// How many other Deltas may still be registered in the place of this one and have, or may have, a file there.
    std::uint64_t other_uploads(const upload_record& upload);
    std::vector<upload_record> unconfirmed_uploads(const uuid& key_uuid);
    /// Forgets uploads whose URL ended a day ago; gives those whose file nobody can register any more.
    std::vector<upload_record> purge_uploads(unix_time now);
    /// As latest + 1 of its key, else refusal delta_conflict with the authoritative UUID.
    void add_delta(const delta_record& delta);
    void mark_delta_deleted(const uuid& delta_uuid, unix_time now);

    // --- transfers through the internal storage
    void count_transfer(const uuid& key_uuid, transfer_kind kind, unix_time now);
    std::uint64_t transfers_since(const uuid& key_uuid, transfer_kind kind, unix_time since);
    std::uint64_t stored_deltas(const uuid& key_uuid, const uuid& storage_uuid); // whose file is still there

    // --- storages
    void add_storage(const storage_record& storage);
    void replace_storage(const storage_record& storage);
    std::optional<storage_record> storage(const uuid& storage_uuid);
    std::vector<storage_record> storages_of(const uuid& user_uuid);
    std::vector<storage_record> all_storages();
    std::uint64_t uses_of_storage(
        const uuid& storage_uuid); // keys that name it, and Deltas of others whose file is there
    void delete_storage(const uuid& storage_uuid);

    // --- sharing
    std::vector<share_record> shares(const uuid& key_uuid);
    void add_share(const share_record& share); // refusal already_shared
    void remove_share(const uuid& key_uuid, const uuid& user_uuid);
    void add_invite(const invite_record& invite); // refusal already_shared when one is open
    std::optional<invite_record> invite(const uuid& invite_uuid);
    std::vector<invite_record> invites_for(const std::string& email);
    std::vector<invite_record> invites_to(const uuid& key_uuid);
    void remove_invite(const uuid& invite_uuid);

private:
    void lock_row(const char* statement, const uuid& id);
    void refuse_delta_claim(const claim_request_record& request);
    [[noreturn]] void refuse_alpha_claim(const claim_request_record& request);
    std::optional<claimed_record> replay(const claim_request_record& request, unix_time now);
    void remember(const claim_request_record& request, const claimed_record& claimed, unix_time now);

    soci::session& sql_;
    row_locks locks_;
};

} // namespace omegasafe::server
