#include "server/api/storage_rules.hpp"

#include "server/refusal.hpp"
#include <algorithm>
#include <string_view>

namespace omegasafe::server {

namespace {

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz", upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                           digits = "0123456789";

bool only(std::string_view text, std::initializer_list<std::string_view> sets) {
    return std::ranges::all_of(text, [&](char c) {
        return std::ranges::any_of(sets, [&](std::string_view set) { return set.find(c) != std::string_view::npos; });
    });
}

bool between(const std::string& text, std::size_t least, std::size_t most) {
    return text.size() >= least && text.size() <= most;
}

void require(bool holds, const std::string& field, const std::string& rule) {
    if (!holds)
        throw refusal(422, "invalid_storage", "The field " + field + " " + rule + ".");
}

bool is_ipv4(std::string_view text) {
    return std::ranges::count(text, '.') == 3 && only(text, {digits, "."});
}

bool is_bucket_name(const std::string& name) {
    const auto edge = [](char c) { return only({&c, 1}, {lower, digits}); };
    return between(name, 3, 63) && only(name, {lower, digits, "-."}) && edge(name.front()) && edge(name.back()) &&
           name.find("..") == std::string::npos && !is_ipv4(name);
}

/// Letters, words, a number: eu-central-1, us-gov-west-1, eusc-de-east-1.
bool is_region(const std::string& region) {
    const auto partition = region.substr(0, region.find('-'));
    return between(region, 9, 24) && only(region, {lower, digits, "-"}) && between(partition, 2, 4) &&
           only(partition, {lower}) && digits.find(region.back()) != std::string_view::npos &&
           std::ranges::count(region, '-') >= 2 && region.find("--") == std::string::npos;
}

bool is_endpoint(const std::string& url, bool allow_http) {
    const auto behind = url.starts_with("https://")                ? url.substr(8)
                        : allow_http && url.starts_with("http://") ? url.substr(7)
                                                                   : std::string{};
    return between(behind, 1, 255) && !behind.starts_with('/') && !behind.starts_with(':') &&
           only(behind, {lower, upper, digits, "-._:/[]~"});
}

} // namespace

void require_valid(const storage_record& storage, bool allow_http_endpoints) {
    require(between(storage.name, 1, 255) && only(storage.name, {lower, upper, digits, "._-"}), "name",
        "has 1 to 255 of letters, digits, '.', '_' and '-'");
    require(storage.provider == "s3" || storage.provider == "r2", "provider", "is s3 or r2");
    require(is_bucket_name(storage.bucket_name), "bucket_name",
        "has 3 to 63 lower-case letters, digits, '-' and '.', begins and ends with a letter or digit, has no '..' and "
        "is "
        "no IPv4 address");
    require(between(storage.remote_path, 0, 512) && storage.remote_path.find("..") == std::string::npos &&
                only(storage.remote_path, {lower, upper, digits, "._-/"}),
        "remote_path", "has at most 512 of letters, digits, '.', '_', '-' and '/', and no '..'");
    if (storage.provider == "s3") {
        require(storage.endpoint_url.empty(), "endpoint_url", "is not for the provider s3");
        require(is_region(storage.region), "region", "is an AWS region code like eu-central-1 for the provider s3");
    } else {
        require(storage.region == "auto", "region", "is auto for the provider r2");
        require(is_endpoint(storage.endpoint_url, allow_http_endpoints), "endpoint_url",
            "begins with https:// and is needed for the provider r2");
    }
}

void require_credentials(const std::string& access_key_id, const std::string& secret_access_key) {
    const auto plain = [](const std::string& text) { return only(text, {lower, upper, digits, "+/="}); };
    require(between(access_key_id, 16, 128) && plain(access_key_id), "access_key_id",
        "has 16 to 128 of letters, digits, '+', '/' and '='");
    require(between(secret_access_key, 32, 128) && plain(secret_access_key), "secret_access_key",
        "has 32 to 128 of letters, digits, '+', '/' and '='");
}

} // namespace omegasafe::server
