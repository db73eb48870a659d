#include "wire/api_error.hpp"

#include <algorithm>
#include <array>

namespace omegasafe::wire {

namespace {

constexpr auto as_hint = std::nullopt;

constexpr std::array table{
    api_error_info{
        api_error::invalid_request, codes::invalid_request, 400, "see docs/openapi.yaml for what the route takes", ""},
    api_error_info{api_error::unauthenticated, "unauthenticated", 401,
        "send 'Authorization: Bearer <API key>' with a key that is not revoked",
        "Check the API key; edit-ecs --update-api-key sets another one."},
    api_error_info{api_error::role_too_low, "role_too_low", 403, "ask an Owner of the key", "Ask an Owner of the key."},
    api_error_info{api_error::route_unknown, "route_unknown", 404, "", as_hint},
    api_error_info{api_error::key_unknown, "key_unknown", 404, "accept an invitation to the key, or create it",
        "If it is shared with you, accept the invitation first (list-invites, accept-invite)."},
    api_error_info{api_error::delta_unknown, "delta_unknown", 404, "", as_hint},
    api_error_info{
        api_error::storage_unknown, "storage_unknown", 404, "", "See list-ecs-storages for those there are."},
    api_error_info{api_error::invite_unknown, "invite_unknown", 404, "", "See list-invites for those that are open."},
    api_error_info{api_error::share_unknown, "share_unknown", 404, "", as_hint},
    api_error_info{api_error::api_key_unknown, "api_key_unknown", 404, "", as_hint},
    api_error_info{api_error::object_unknown, "object_unknown", 404, "", as_hint},
    api_error_info{api_error::method_not_allowed, "method_not_allowed", 405, "", as_hint},
    api_error_info{api_error::request_timeout, "request_timeout", 408, "", as_hint},
    api_error_info{api_error::key_exists, codes::key_exists, 409, "", as_hint},
    api_error_info{api_error::user_exists, "user_exists", 409, "", as_hint},
    api_error_info{api_error::delta_conflict, "delta_conflict", 409, "pull the missing Deltas and go on from there",
        "Run pull-missing-deltas, then this again."},
    api_error_info{api_error::delta_not_newest, "delta_not_newest", 409,
        "pull the missing Deltas and claim from the newest", "Run pull-missing-deltas, then this again."},
    api_error_info{
        api_error::capacity_exhausted, "capacity_exhausted", 409, "register the next Delta, or claim less", as_hint},
    api_error_info{api_error::idempotency_mismatch, "idempotency_mismatch", 409,
        "use a fresh Idempotency-Key for another claim", as_hint},
    api_error_info{
        api_error::upload_mismatch, codes::upload_mismatch, 409, "ask for a new upload URL and upload again", as_hint},
    api_error_info{api_error::storage_in_use, "storage_in_use", 409, "", as_hint},
    api_error_info{api_error::already_shared, "already_shared", 409, "", as_hint},
    api_error_info{api_error::last_owner, "last_owner", 409, "", as_hint},
    api_error_info{api_error::delta_in_use, "delta_in_use", 409, "", as_hint},
    api_error_info{api_error::length_required, "length_required", 411, "", as_hint},
    api_error_info{api_error::precondition_failed, "precondition_failed", 412, "", as_hint},
    api_error_info{api_error::payload_too_large, "payload_too_large", 413, "", as_hint},
    api_error_info{api_error::unsupported_media_type, "unsupported_media_type", 415, "", as_hint},
    api_error_info{api_error::storage_unusable, "storage_unusable", 422,
        "check bucket, region, endpoint, credentials and their rights", as_hint},
    api_error_info{
        api_error::storage_limit_reached, "storage_limit_reached", 422, "wait, or use a storage of your own", ""},
    api_error_info{api_error::invalid_storage, "invalid_storage", 422, "", as_hint},
    api_error_info{api_error::rate_limited, "rate_limited", 429, "wait as long as Retry-After says", as_hint},
    api_error_info{api_error::header_too_large, "header_too_large", 431, "", as_hint},
    api_error_info{api_error::internal, "internal", 500, "", as_hint},
    api_error_info{api_error::unavailable, "unavailable", 503, "try again later", as_hint},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].error) != i)
            return false;
    return static_cast<std::size_t>(api_error::unavailable) + 1 == table.size();
}
static_assert(in_order(), "one row for each code, in the order of the enumeration");

} // namespace

const api_error_info& info_of(api_error error) {
    return table[static_cast<std::size_t>(error)];
}

std::span<const api_error_info> all_api_errors() {
    return table;
}

std::optional<api_error> parse_api_error(std::string_view code) {
    const auto found = std::ranges::find(table, code, &api_error_info::code);
    return found == table.end() ? std::nullopt : std::optional{found->error};
}

} // namespace omegasafe::wire
