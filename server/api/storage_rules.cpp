#include "server/api/storage_rules.hpp"

#include "server/refusal.hpp"
#include "wire/storage_rules.hpp"

namespace omegasafe::server {

namespace {

void require(const std::string& field, const std::optional<std::string>& problem) {
    if (problem)
        throw refusal(api_error::invalid_storage, "The field " + field + ": " + *problem);
}

} // namespace

wire::storage_provider require_provider(const std::string& name) {
    require("provider", wire::provider_problem(name));
    return *wire::parse_provider(name);
}

void require_valid(const storage_record& storage, bool allow_http_endpoints) {
    const auto http = allow_http_endpoints ? wire::plain_http::allowed : wire::plain_http::refused;
    require("name", wire::storage_name_problem(storage.name));
    require("bucket_name", wire::bucket_name_problem(storage.bucket_name));
    require("remote_path", wire::remote_path_problem(storage.remote_path));
    require("region", wire::region_problem(storage.provider, storage.region));
    require("endpoint_url", wire::endpoint_url_problem(storage.provider, storage.endpoint_url, http));
}

void require_credentials(const std::string& access_key_id, const std::string& secret_access_key) {
    require("access_key_id", wire::access_key_id_problem(access_key_id));
    require("secret_access_key", wire::secret_access_key_problem(secret_access_key));
}

} // namespace omegasafe::server
