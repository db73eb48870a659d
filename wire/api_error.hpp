// Why the API refuses a request (docs/openapi.yaml, ErrorCode): the code that programs read, its status, and what to
// do.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace omegasafe::wire {

/// Codes are never renamed.
enum class api_error : std::uint8_t {
    invalid_request,
    unauthenticated,
    role_too_low,
    route_unknown,
    key_unknown,
    delta_unknown,
    storage_unknown,
    invite_unknown,
    share_unknown,
    api_key_unknown,
    object_unknown,
    method_not_allowed,
    request_timeout,
    key_exists,
    user_exists, // of the server's own commands; no route adds users
    delta_conflict,
    delta_not_newest,
    capacity_exhausted,
    idempotency_mismatch,
    upload_mismatch,
    storage_in_use,
    already_shared,
    last_owner,
    delta_in_use,
    length_required,
    precondition_failed,
    payload_too_large,
    unsupported_media_type,
    storage_unusable,
    storage_limit_reached,
    invalid_storage,
    rate_limited,
    header_too_large,
    internal,
    unavailable,
};

/// Codes that an ECS in a file refuses with, too.
namespace codes {
inline constexpr const char* invalid_request = "invalid_request";
inline constexpr const char* key_exists = "key_exists";
inline constexpr const char* upload_mismatch = "upload_mismatch";
} // namespace codes

struct api_error_info {
    api_error error;
    std::string_view code; // in JSON
    unsigned status;
    std::string_view hint; // for whoever writes clients; the server sends it. Empty: nothing in general
    /// For who uses the program omegasafe, in the place of the hint. Empty: the message has it. Nothing: as the hint.
    std::optional<std::string_view> way_out;
};
const api_error_info& info_of(api_error error);
std::span<const api_error_info> all_api_errors();

/// Nothing for a code that only a later server knows.
std::optional<api_error> parse_api_error(std::string_view code);

} // namespace omegasafe::wire
