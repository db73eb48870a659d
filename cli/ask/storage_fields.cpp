#include "cli/ask/storage_fields.hpp"

#include "messages/limits.hpp"
#include "net/http_url.hpp"
#include <algorithm>
#include <span>
#include <vector>

namespace omegasafe::cli {

namespace {

constexpr std::size_t longest_endpoint = 2048;
constexpr std::size_t longest_remote_path = 512;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_alphanumeric(char c) {
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

bool made_of(std::string_view text, bool (*kind)(char), std::string_view also) {
    return std::ranges::all_of(text, [&](char c) { return kind(c) || also.find(c) != std::string_view::npos; });
}

std::vector<std::string_view> split(std::string_view text, char by) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto at = text.find(by);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos)
            return parts;
        text.remove_prefix(at + 1);
    }
}

/// Four groups of digits: whoever writes that means an address.
bool like_ipv4(std::string_view text) {
    const auto parts = split(text, '.');
    return parts.size() == 4 && std::ranges::all_of(parts,
                                    [](std::string_view part) { return !part.empty() && made_of(part, is_digit, ""); });
}

/// "us-east-1", "ap-southeast-2", "us-gov-west-1".
bool aws_region(std::string_view region) {
    const auto parts = split(region, '-');
    if (region.size() > 32 || parts.size() < 3 || parts.front().size() < 2 || parts.back().size() > 2)
        return false;
    const auto words = std::span{parts}.first(parts.size() - 1);
    return !parts.back().empty() && made_of(parts.back(), is_digit, "") &&
           std::ranges::all_of(
               words, [](std::string_view word) { return !word.empty() && made_of(word, is_lower, ""); });
}

std::optional<std::string> credential_problem(std::string_view text, std::size_t shortest, const std::string& what) {
    constexpr std::size_t longest = 128;
    if (text.size() < shortest || text.size() > longest || !made_of(text, is_alphanumeric, "+/="))
        return what + " has " + std::to_string(shortest) + " to " + std::to_string(longest) +
               " letters, digits, '+', '/' or '='; copy it as the provider shows it.";
    return std::nullopt;
}

} // namespace

std::optional<std::string> storage_name_problem(const std::string& name) {
    if (name.empty() || name.size() > limits::name_bytes || !made_of(name, is_alphanumeric, "._-"))
        return "A storage name has 1 to " + std::to_string(limits::name_bytes) + " letters, digits, '.', '_' or '-'.";
    return std::nullopt;
}

std::optional<std::string> provider_problem(const std::string& provider) {
    if (provider != "s3" && provider != "r2")
        return "The provider is s3 (Amazon S3) or r2 (Cloudflare R2 and others with an endpoint of their own).";
    return std::nullopt;
}

std::optional<std::string> bucket_name_problem(const std::string& name) {
    const auto at_end = [](char c) { return is_lower(c) || is_digit(c); };
    if (name.size() < 3 || name.size() > 63 || !made_of(name, at_end, "-.") || !at_end(name.front()) ||
        !at_end(name.back()) || name.find("..") != std::string::npos)
        return "A bucket name has 3 to 63 lower-case letters, digits, '-' or single '.', and begins and ends with a "
               "letter or digit.";
    if (like_ipv4(name))
        return "A bucket name is not an IPv4 address.";
    return std::nullopt;
}

std::optional<std::string> region_problem(const std::string& provider, const std::string& region) {
    if (provider == "r2")
        return region == "auto" ? std::nullopt : std::optional<std::string>{"The region of an r2 storage is auto."};
    if (region == "auto")
        return "The region auto is for r2; an s3 storage has an AWS region code, such as eu-central-1.";
    if (!aws_region(region))
        return "The region of an s3 storage is an AWS region code, such as eu-central-1.";
    return std::nullopt;
}

std::optional<std::string> endpoint_url_problem(const std::string& provider, const std::string& url) {
    if (provider == "s3")
        return url.empty()
                   ? std::nullopt
                   : std::optional<std::string>{"An s3 storage has no endpoint URL; for a server of another kind "
                                                "that speaks S3, the provider is r2."};
    if (url.empty())
        return "An r2 storage needs an endpoint URL, such as https://ACCOUNT.r2.cloudflarestorage.com.";
    const auto scheme = url.find("://");
    const auto rest = scheme == std::string::npos ? std::string_view{} : std::string_view{url}.substr(scheme + 3);
    const bool known = url.starts_with("https://") || url.starts_with("http://");
    if (!known || rest.empty() || url.size() > longest_endpoint || !made_of(rest, is_alphanumeric, "-._~:/[]%") ||
        !net::parse_object_url(url))
        return "An endpoint URL is https://host[:port][/path], without user, query and fragment.";
    return std::nullopt;
}

std::optional<std::string> remote_path_problem(const std::string& path) {
    if (path.empty())
        return std::nullopt;
    const auto parts = split(path, '/');
    const bool bad_part =
        std::ranges::any_of(parts, [](std::string_view part) { return part.empty() || part == "." || part == ".."; });
    if (path.size() > longest_remote_path || bad_part || !made_of(path, is_alphanumeric, "/._-"))
        return "A remote path is names of letters, digits, '.', '_' or '-' divided by '/', such as deltas/prod.";
    return std::nullopt;
}

std::optional<std::string> access_key_id_problem(std::string_view id) {
    return credential_problem(id, 16, "An access key ID");
}

std::optional<std::string> secret_access_key_problem(std::string_view secret) {
    return credential_problem(secret, 32, "A secret access key");
}

} // namespace omegasafe::cli
