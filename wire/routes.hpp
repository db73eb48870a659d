// The paths of the API below its base, and the headers that are its own (docs/openapi.yaml).
#pragma once

namespace omegasafe::wire {

namespace routes {

inline constexpr const char* login = "/users/login";
inline constexpr const char* create_api_key = "/api_keys/create";
inline constexpr const char* list_api_keys = "/api_keys/list";
inline constexpr const char* revoke_api_key = "/api_keys/revoke";
inline constexpr const char* latest_cli_version = "/versions/cli";
inline constexpr const char* create_key = "/keys/create";
inline constexpr const char* view_key = "/keys/view";
inline constexpr const char* list_keys = "/keys/list";
inline constexpr const char* edit_key = "/keys/edit";
inline constexpr const char* delete_key = "/keys/delete";
inline constexpr const char* key_limits = "/keys/limits";
inline constexpr const char* claim_delta = "/claims/delta";
inline constexpr const char* claim_alpha = "/claims/alpha";
inline constexpr const char* fast_forward = "/claims/fast_forward";
inline constexpr const char* list_deltas = "/deltas/list";
inline constexpr const char* delta_upload_url = "/deltas/upload_url";
inline constexpr const char* confirm_delta_upload = "/deltas/confirm_upload";
inline constexpr const char* delta_download_url = "/deltas/download_url";
inline constexpr const char* delete_delta = "/deltas/delete";
inline constexpr const char* create_storage = "/storages/create";
inline constexpr const char* edit_storage = "/storages/edit";
inline constexpr const char* list_storages = "/storages/list";
inline constexpr const char* view_storage = "/storages/view";
inline constexpr const char* delete_storage = "/storages/delete";
inline constexpr const char* invite_to_key = "/shares/invite";
inline constexpr const char* list_shares = "/shares/list";
inline constexpr const char* revoke_share = "/shares/revoke";
inline constexpr const char* leave_key = "/shares/leave";
inline constexpr const char* list_invites = "/invites/list";
inline constexpr const char* accept_invite = "/invites/accept";
inline constexpr const char* decline_invite = "/invites/decline";

// Of the server alone: its operator asks for them.
inline constexpr const char* health = "/health";
inline constexpr const char* ready = "/ready";
inline constexpr const char* metrics = "/metrics";

} // namespace routes

/// Of a claim: a UUID under which it is answered once, however often it is sent.
inline constexpr const char* idempotency_key_header = "Idempotency-Key";
/// Of a claim: a UUID of the device, where several have one API key.
inline constexpr const char* device_header = "Omegasafe-Device";

} // namespace omegasafe::wire
