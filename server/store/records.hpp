// The rows of the server's database, as values. Times are seconds since 1970, UTC.
#pragma once

#include "crypto/geometry.hpp"
#include "crypto/position.hpp"
#include "crypto/uuid.hpp"
#include "wire/storage_providers.hpp"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace omegasafe::server {

using crypto::u128;
using crypto::uuid;
using unix_time = std::int64_t;

/// OWNER, MAINTAINER, USER: cumulative, the lower the number the more it may. 0 is no role.
enum class role : int { none = 0, owner = 1, maintainer = 2, user = 3 };

struct user_record {
    uuid user_uuid{};
    std::string email; // unique, lower case
    std::string name;
    unix_time created_at = 0;
    bool disabled = false;
};
struct api_key_record {
    uuid api_key_uuid{}, user_uuid{};
    std::string name;
    std::string secret_hash; // SHA-256 of the secret part, hexadecimal
    unix_time created_at = 0;
    std::optional<unix_time> last_used_at, revoked_at;
};
/// What a request's API key leads to.
struct api_key_owner {
    api_key_record key;
    user_record user;
};
/// A key; the role and relation are those of the user it was asked for (role::none without one).
struct key_record {
    uuid key_uuid{};
    std::string name, omegasafe_version;
    std::uint64_t alpha_capacity = 0; // positions of the Alpha and of each Delta, below 2^63
    std::uint64_t alpha_next = 0;
    std::uint64_t latest_seq = 0; // 0: no Delta yet
    uuid storage_uuid{};
    unix_time created_at = 0;
    role my_role = role::none;
    uuid relation_uuid{};
};
struct delta_record {
    uuid delta_uuid{}, key_uuid{};
    std::uint64_t seq_number = 0;
    std::uint64_t next_offset = 0; // first position not yet claimed, counted inside the Delta
    std::uint64_t capacity = 0;    // of the key
    std::uint64_t size_bytes = 0;
    std::string content_md5; // base64
    uuid storage_uuid{};     // where its file was put
    unix_time created_at = 0;
    std::optional<unix_time> deleted_at; // its file is gone; the row and its positions stay

    crypto::position_range positions() const { return crypto::positions_of_iteration(seq_number, capacity); }
    u128 next_position() const { return positions().first + next_offset; }
};
struct upload_record {
    uuid upload_attempt_uuid{}, key_uuid{}, delta_uuid{}, storage_uuid{};
    std::uint64_t seq_number = 0, size_bytes = 0;
    std::string content_md5;
    unix_time created_at = 0, expires_at = 0;
};
/// A claim asked for under an idempotency key, which belongs to an API key and one of the devices that have it.
/// `device_uuid` nil: the client names none. `delta_uuid` nil: of the Alpha.
struct claim_request_record {
    uuid idempotency_key{}, api_key_uuid{}, device_uuid{}, key_uuid{}, delta_uuid{};
    std::uint64_t size = 0;
};
struct claimed_record {
    std::uint64_t first_offset = 0; // inside the Delta or the Alpha
    std::uint64_t seq_number = 0;   // 0: the Alpha
    std::uint64_t capacity = 0;
    bool replayed = false;
};
struct storage_record {
    uuid storage_uuid{}, user_uuid{};
    std::string name;
    wire::storage_provider provider{};
    std::string bucket_name, region, endpoint_url, remote_path;
    std::string sealed_credentials; // base64; opened by the server key only (server/auth/credential_box.hpp)
    unix_time created_at = 0;
};
struct invite_record {
    uuid invite_uuid{}, key_uuid{}, invited_by{};
    std::string email;
    role role_id = role::none;
    unix_time created_at = 0;
    std::string key_name{}, invited_by_email{}; // of the rows it names
};
struct share_record {
    uuid relation_uuid{}, key_uuid{}, user_uuid{};
    std::string email;
    role role_id = role::none;
    unix_time created_at = 0;
};
enum class transfer_kind : int { upload = 1, download = 2 };

} // namespace omegasafe::server
