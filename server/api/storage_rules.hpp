// The fields of a storage: refused as the API refuses (the rules are those of wire/storage_rules.hpp).
#pragma once

#include "server/store/records.hpp"
#include <string>

namespace omegasafe::server {

// Each throws refusal 422 invalid_storage that names the field and what it may be.

wire::storage_provider require_provider(const std::string& name);
void require_valid(const storage_record& storage, bool allow_http_endpoints);
void require_credentials(const std::string& access_key_id, const std::string& secret_access_key);

} // namespace omegasafe::server
