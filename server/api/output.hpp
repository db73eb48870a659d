// The server's records as the JSON objects of docs/openapi.yaml.
#pragma once

#include "server/api/fields.hpp"
#include "server/auth/roles.hpp"
#include "server/store/internal_storage.hpp"

namespace omegasafe::server {

/// ISO 8601, UTC.
std::string time_text(unix_time seconds);

json payload_of(const user_record& user);
json payload_of(const key_record& key, const storage_record& storage);
json payload_of(const delta_record& delta);
json payload_of(const storage_record& storage);
json payload_of(const invite_record& invite);
json payload_of(const share_record& share);
json payload_of(const api_key_record& key);
json pending_share(const invite_record& invite);

} // namespace omegasafe::server
