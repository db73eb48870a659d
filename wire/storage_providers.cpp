#include "wire/storage_providers.hpp"

#include <algorithm>
#include <array>

namespace omegasafe::wire {

namespace {

constexpr std::array<provider_rules, 3> table{{
    {storage_provider::internal, "internal", "", 3, "Internal", "internal", region_rule::none, endpoint_rule::none,
        bucket_style::none, ""},
    {storage_provider::s3, "s3", "Amazon S3", 1, "Amazon S3", "Amazon S3", region_rule::aws_code,
        endpoint_rule::of_region, bucket_style::host_name,
        "Least privilege on Amazon S3: allow s3:ListBucket on the bucket, and s3:GetObject\n"
        "and s3:PutObject on the target prefix. s3:DeleteObject is optional."},
    {storage_provider::r2, "r2", "Cloudflare R2 and others with an endpoint of their own", 2, "Cloudflare R2",
        "Cloudflare R2", region_rule::automatic, endpoint_rule::given, bucket_style::path,
        "Least privilege on Cloudflare R2: allow the S3-compatible equivalent of bucket LIST,\n"
        "and object GET and PUT on the target bucket or prefix. Object DELETE is optional."},
}};

} // namespace

const provider_rules& rules_of(storage_provider provider) {
    return *std::ranges::find(table, provider, &provider_rules::provider);
}

std::span<const provider_rules> all_providers() {
    return table;
}

std::optional<storage_provider> parse_provider(std::string_view name) {
    const auto* const found = std::ranges::find(table, name, &provider_rules::name);
    return found == table.end() ? std::nullopt : std::optional{found->provider};
}

} // namespace omegasafe::wire
