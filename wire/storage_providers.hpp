// The providers of storages. A new one is a row of the table in storage_providers.cpp, and its tests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace omegasafe::wire {

/// Who keeps the files of Deltas: the server itself, or the bucket of a user.
enum class storage_provider : std::uint8_t { internal, s3, r2 };

/// Which regions there are.
enum class region_rule : std::uint8_t {
    none,
    aws_code, // eu-central-1
    automatic // automatic_region and nothing else
};
inline constexpr const char* automatic_region = "auto";

/// Where the service answers.
enum class endpoint_rule : std::uint8_t {
    none,
    of_region, // Amazon's address of the region
    given      // a URL that whoever brings the bucket gives
};

/// How a URL names the bucket.
enum class bucket_style : std::uint8_t { none, host_name, path };

struct provider_rules {
    storage_provider provider;
    std::string_view name;  // in requests and answers
    std::string_view whose; // what users bring under this name; empty: nothing
    int type_id;            // in answers
    std::string_view type_name, badge;
    region_rule region;
    endpoint_rule endpoint;
    bucket_style style;
    std::string_view guidance; // which rights the credentials need, for whoever sets a storage up; lines of a terminal
};
const provider_rules& rules_of(storage_provider provider);
std::span<const provider_rules> all_providers();

/// "internal", "s3", "r2"; nothing for any other text.
std::optional<storage_provider> parse_provider(std::string_view name);

} // namespace omegasafe::wire
