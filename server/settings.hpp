// The server's settings: omegasafe-ecs.ini and the environment (docs/operating.md has each of them).
#pragma once

#include "wire/storage_providers.hpp"
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <omegasafe/secret.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace omegasafe::server {

/// A bucket that the operator gives for the internal storage.
struct bucket_settings {
    std::string name, region, endpoint_url, remote_path, access_key_id;
    secret_ptr secret_access_key; // null: none

    /// Amazon's buckets need no endpoint, all others do.
    wire::storage_provider provider() const {
        return endpoint_url.empty() ? wire::storage_provider::s3 : wire::storage_provider::r2;
    }
};

/// Limits of the internal storage for each key; 0: none (reference, key-storage-limits).
struct storage_limits {
    std::uint64_t uploads_daily = 2, uploads_monthly = 5, uploads_stored = 15;
    std::uint64_t downloads_daily = 20, downloads_monthly = 200;
};

/// What one connection and one client may take.
struct traffic_limits {
    std::uint64_t rate_per_key = 50, rate_per_address = 100, burst = 200; // requests per second; 0: no limit
    std::uint64_t connections = 1024, connections_per_address = 256;      // of one address; 0: no limit of its own
    std::chrono::seconds header_timeout{10}, body_timeout{30}, idle_timeout{60}, shutdown{20};
};

struct settings {
    std::string listen_host = "127.0.0.1";
    std::uint16_t listen_port = 8443;
    std::string server_name = "omegasafe-ecs";
    std::string public_url; // https://host:port, in signed URLs
    std::string base_path;  // "" or "/base"
    std::filesystem::path data_dir, tls_certificate, tls_key, server_key;
    std::string database;
    unsigned database_connections = 16;
    unsigned workers = 32;
    std::filesystem::path internal_folder; // empty: internal_bucket
    bucket_settings internal_bucket;
    bool allow_http_endpoints = false;
    std::chrono::seconds url_lifetime{900}; // of signed URLs
    storage_limits limits;
    traffic_limits traffic;
    std::string log_level = "info";
    std::string metrics_token; // empty: metrics for loopback only
    std::string latest_cli_version;
};

/// One line of omegasafe-ecs.ini.
struct setting_info {
    std::string_view name;        // in the file; OMEGASAFE_ECS_<NAME> in the environment
    std::string_view description; // for the file that init writes
    bool secret = false;          // in the environment also by OMEGASAFE_ECS_<NAME>_FILE
};
const std::vector<setting_info>& all_settings();

/// Defaults, then the file, then the environment, where a secret may also be in a file that a variable names. Relative
/// paths start at the file's folder. failure(config_missing) without the file, failure(config_invalid) that names
/// setting, file and accepted values.
settings load_settings(const std::filesystem::path& file);

/// The text of a new omegasafe-ecs.ini: what `given` has, and all the rest as comments.
std::string settings_text(const std::vector<std::pair<std::string, std::string>>& given);

/// Name of the file inside a data folder, and the folder without --data-dir: $OMEGASAFE_ECS_DATA_DIR or
/// /var/lib/omegasafe-ecs.
inline constexpr const char* settings_file_name = "omegasafe-ecs.ini";
std::filesystem::path default_data_dir();

/// "HOST:PORT", also "[::1]:8443"; failure(config_invalid).
std::pair<std::string, std::uint16_t> parse_listen(const std::string& text);

} // namespace omegasafe::server
