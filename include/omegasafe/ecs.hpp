// The words about External Claims Storages: entries of this device, what they know of keys and Deltas, and what only an
// HTTP ECS has: the account of an API key, its storages, and who shares a key (docs/openapi.yaml).
#pragma once

#include <omegasafe/secret.hpp>
#include <omegasafe/types.hpp>
#include <vector>

namespace omegasafe {

/// A file that devices share, or a server.
enum class ecs_type : std::uint8_t { sfc, http };

/// One ECS that is configured on this device.
struct ecs_info {
    uuid ecs_uuid{};
    std::string name;
    ecs_type type = ecs_type::sfc;
    std::string path{};            // SFC: absolute path of the file
    std::string url{};             // HTTP: host[:port][/base]
    bool development_mode = false; // HTTP: the certificate is not checked
};

/// A new HTTP ECS. The entry is stored after the server has accepted the API key.
struct new_http_ecs {
    std::string name;
    std::string url;
    secret_ptr api_key;
    bool development_mode = false;
};

/// Absent values stay. Without `move_file` only the reference changes. A new URL or API key is stored after the server
/// has accepted it, and development mode ends when its certificate is good.
struct ecs_changes {
    std::optional<std::string> name;
    std::optional<std::string> path; // SFC
    bool move_file = false;
    std::optional<std::string> url{}; // HTTP
    secret_ptr api_key{};             // HTTP; null: stays
    bool check_certificate = false;   // HTTP: development mode ends
};

/// A key as its ECS knows it.
struct ecs_key {
    uuid key_uuid{};
    std::string name;
    std::string omegasafe_version;
    std::uint64_t alpha_capacity = 0;
    u128 alpha_next = 0; // first Alpha position not yet claimed
    // Of an HTTP ECS:
    std::optional<uuid> storage_uuid{}; // nothing, of a new key: the internal storage
    std::string storage_name{};
    bool storage_is_internal = false;
    int role_id = 0; // key_role; 0: no roles here
    std::string role_name{};
    std::optional<uuid> user_key_relation_uuid{};
};

/// A Delta as its ECS knows it.
struct ecs_delta {
    uuid delta_uuid{};
    std::uint64_t seq_number = 0;
    position_range positions{};
    u128 next = 0; // first global position not yet claimed

    /// Positions not yet claimed.
    u128 remaining() const { return positions.last + 1 - next; }
};

/// Reference, keys management: cumulative, the lower the number the more it may.
enum class key_role : std::uint8_t { owner = 1, maintainer = 2, user = 3 };

/// Who an API key belongs to. Asking for it is the test of a connection.
struct ecs_account {
    uuid user_uuid{};
    std::string email;
    std::string name;
    std::string server_name;
    std::string server_version;
};

/// Where an HTTP ECS keeps Deltas. Empty texts: not given, or not of this provider.
struct ecs_storage {
    uuid storage_uuid{};
    std::string name;
    std::string provider;
    std::string bucket_name;
    std::string region;
    std::string endpoint_url;
    std::string remote_path;
    bool is_internal = false;
    int storage_type_id = 0;
    std::string storage_type_name;
    std::string storage_badge;
};

/// Absent values stay as they are (edit) or are not given (create).
struct storage_fields {
    std::optional<std::string> name;
    std::optional<std::string> provider;
    std::optional<std::string> bucket_name;
    std::optional<std::string> region;
    std::optional<std::string> endpoint_url;
    std::optional<std::string> remote_path;
    secret_ptr access_key_id;     // both or none
    secret_ptr secret_access_key; // both or none
};

/// What an ECS says to a change, in its own words.
struct ecs_outcome {
    std::string message;
    std::optional<std::string> warning;
    std::optional<ecs_storage> storage; // of creating and editing a storage
};

/// How much of the internal storage a key uses (reference, key-storage-limits). Bytes, or Deltas by their number.
struct usage_metric {
    std::string scope; // daily, monthly, stored
    std::optional<std::uint64_t> used;
    std::optional<std::uint64_t> limit;
    std::optional<std::uint64_t> remaining;
    std::optional<std::uint64_t> percentage;
    std::optional<bool> has_limit;
};
/// What a server lets a key use of its storage.
struct key_limits {
    std::optional<std::string> message;
    bool has_usage = false;
    std::vector<usage_metric> uploads;
    std::vector<usage_metric> downloads;
};

/// An invitation to share a key.
struct key_invite {
    uuid invite_uuid{};
    uuid key_uuid{};
    std::string key_name;
    std::string email;
    std::string role_name;
    std::string invited_by_email;
    std::string created_at;
    key_role role{};
};
/// Who has a key, or is invited to it.
struct key_share {
    std::string email;
    std::string role_name;
    std::string status; // accepted or pending
    std::string created_at;
    key_role role{};
};

} // namespace omegasafe
