// What only an HTTP ECS knows: the account behind an API key, its storages, and who shares a key (docs/openapi.yaml).
#pragma once

#include "messages/messages.hpp"

namespace omegasafe {

/// Reference, keys management: cumulative, the lower the number the more it may.
enum class key_role : std::uint8_t { owner = 1, maintainer = 2, user = 3 };

/// Who the API key belongs to. Asking for it is the test of a connection.
struct get_account {};
struct ecs_account {
    uuid user_uuid{};
    std::string email, name, server_name, server_version;
};

/// Where an HTTP ECS keeps Deltas. Empty texts: not given, or not of this provider.
struct ecs_storage {
    uuid storage_uuid{};
    std::string name, provider, bucket_name, region, endpoint_url, remote_path;
    bool is_internal = false;
    int storage_type_id = 0;
    std::string storage_type_name, storage_badge;
};
struct list_ecs_storages {};
struct view_ecs_storage {
    uuid storage_uuid{};
};
/// Absent values stay as they are (edit) or are not given (create).
struct storage_fields {
    std::optional<std::string> name, provider, bucket_name, region, endpoint_url, remote_path;
    secret_ptr access_key_id, secret_access_key; // both or none
};
struct create_ecs_storage {
    storage_fields fields;
};
struct edit_ecs_storage {
    uuid storage_uuid{};
    storage_fields fields;
};
struct delete_ecs_storage {
    uuid storage_uuid{};
};
/// What the server says to a change, in its own words.
struct ecs_outcome {
    std::string message;
    std::optional<std::string> warning;
    std::optional<ecs_storage> storage; // of create and edit
};

/// How much of the internal storage a key uses (reference, key-storage-limits).
struct get_key_limits {
    uuid key_uuid{};
};
struct usage_metric {
    std::string scope; // daily, monthly, stored
    std::optional<std::uint64_t> used, limit, remaining, percentage;
    std::optional<bool> has_limit;
};
struct key_limits {
    std::optional<std::string> message;
    bool has_usage = false;
    std::vector<usage_metric> uploads, downloads;
};

struct invite_to_key {
    uuid key_uuid{};
    std::string email;
    key_role role{};
};
struct key_invite {
    uuid invite_uuid{}, key_uuid{};
    std::string key_name, email, role_name, invited_by_email, created_at;
    key_role role{};
};
/// Who has a key, and who is invited to it.
struct list_key_shares {
    uuid key_uuid{};
};
struct key_share {
    std::string email, role_name, status, created_at; // status: accepted or pending
    key_role role{};
};
struct list_key_invites {};
struct answer_invite {
    uuid invite_uuid{};
    bool accept = true;
};
/// Takes a key from a user, or an invitation back.
struct revoke_key_share {
    uuid key_uuid{};
    std::string email;
};

/// The newest version of this program, as the server's operator gives it out.
struct get_latest_version {};

} // namespace omegasafe
