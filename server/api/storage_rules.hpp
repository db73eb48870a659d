// What the fields of a storage may be (reference, Bring Your Own Storage).
#pragma once

#include "server/store/records.hpp"
#include <string>

namespace omegasafe::server {

/// refusal 422 invalid_storage that names the field and what it may be.
void require_valid(const storage_record& storage, bool allow_http_endpoints);
void require_credentials(const std::string& access_key_id, const std::string& secret_access_key);

} // namespace omegasafe::server
