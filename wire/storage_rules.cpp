#include "wire/storage_rules.hpp"

#include "messages/limits.hpp"
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace omegasafe::wire {

namespace {

constexpr std::size_t longest_endpoint = 255, longest_remote_path = 512, longest_credential = 128;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower_or_digit(char c) {
    return is_lower(c) || is_digit(c);
}
bool is_alphanumeric(char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

bool made_of(std::string_view text, bool (*kind)(char), std::string_view also = {}) {
    return std::ranges::all_of(text, [&](char c) { return kind(c) || also.find(c) != std::string_view::npos; });
}

bool between(std::string_view text, std::size_t least, std::size_t most) {
    return text.size() >= least && text.size() <= most;
}

/// Takes the text up to the first `mark` off the front of `rest`, and the mark.
std::string_view take_part(std::string_view& rest, char mark) {
    const auto part = rest.substr(0, rest.find(mark));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return part;
}

/// Four groups of digits: whoever writes that means an address.
bool like_ipv4(std::string_view text) {
    return std::ranges::count(text, '.') == 3 && made_of(text, is_digit, ".");
}

/// A partition of 2 to 4 letters, words of letters, a number: eu-central-1, us-gov-west-1, eusc-de-east-1.
bool is_aws_region(std::string_view region) {
    if (!between(region, 9, 24))
        return false;
    const auto number = region.substr(region.rfind('-') + 1);
    auto words = region.substr(0, region.size() - number.size());
    if (!between(number, 1, 2) || !made_of(number, is_digit) || std::ranges::count(words, '-') < 2 ||
        !between(words.substr(0, words.find('-')), 2, 4))
        return false;
    while (!words.empty())
        if (const auto word = take_part(words, '-'); word.empty() || !made_of(word, is_lower))
            return false;
    return true;
}

template <int family, std::size_t bytes>
bool is_address(std::string_view text) {
    std::array<unsigned char, bytes> address{};
    return ::inet_pton(family, std::string{text}.c_str(), address.data()) == 1;
}

/// Labels of letters, digits, '-' and '_' with dots between, or an IPv4 address.
bool is_host_name(std::string_view host) {
    if (!between(host, 1, 253) || host.ends_with('.'))
        return false;
    std::string_view label;
    for (auto rest = host; !rest.empty();) {
        label = take_part(rest, '.');
        if (!between(label, 1, 63) || label.front() == '-' || label.back() == '-' ||
            !made_of(label, is_alphanumeric, "-_"))
            return false;
    }
    return !made_of(label, is_digit) || is_address<AF_INET, 4>(host);
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, port);
    return problem == std::errc{} && stop == end && !text.starts_with('0') && port <= 65'535;
}

/// host, host:port, [IPv6] or [IPv6]:port.
bool is_authority(std::string_view text) {
    const auto in_brackets = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    if (text.starts_with('[') &&
        (in_brackets == std::string_view::npos || !is_address<AF_INET6, 16>(text.substr(1, in_brackets - 1))))
        return false;
    const auto host =
        in_brackets == std::string_view::npos ? text.substr(0, text.find(':')) : text.substr(0, in_brackets + 1);
    const auto behind = text.substr(host.size());
    return (host.starts_with('[') || is_host_name(host)) &&
           (behind.empty() || (behind.front() == ':' && is_port(behind.substr(1))));
}

bool is_endpoint(std::string_view url, plain_http http) {
    const std::string_view scheme = http == plain_http::allowed && url.starts_with("http://") ? "http://" : "https://";
    if (!url.starts_with(scheme))
        return false;
    const auto rest = url.substr(scheme.size());
    return between(rest, 1, longest_endpoint) && made_of(rest, is_alphanumeric, "-._:/[]~") &&
           is_authority(rest.substr(0, rest.find('/')));
}

std::optional<std::string> credential_problem(std::string_view text, std::size_t shortest, const std::string& what) {
    if (!between(text, shortest, longest_credential) || !made_of(text, is_alphanumeric, "+/="))
        return what + " has " + std::to_string(shortest) + " to " + std::to_string(longest_credential) +
               " letters, digits, '+', '/' or '='; copy it as the provider shows it.";
    return std::nullopt;
}

} // namespace

std::optional<std::string> storage_name_problem(std::string_view name) {
    if (!between(name, 1, limits::name_bytes) || !made_of(name, is_alphanumeric, "._-"))
        return "A storage name has 1 to " + std::to_string(limits::name_bytes) + " letters, digits, '.', '_' or '-'.";
    return std::nullopt;
}

std::optional<std::string> provider_problem(std::string_view name) {
    std::string known;
    for (const auto& rules : all_providers()) {
        if (rules.whose.empty())
            continue;
        if (rules.name == name)
            return std::nullopt;
        known += (known.empty() ? "" : " or ") + std::string{rules.name} + " (" + std::string{rules.whose} + ")";
    }
    return "The provider is " + known + ".";
}

std::optional<std::string> bucket_name_problem(std::string_view name) {
    if (!between(name, 3, 63) || !made_of(name, is_lower_or_digit, "-.") || !is_lower_or_digit(name.front()) ||
        !is_lower_or_digit(name.back()) || name.find("..") != std::string_view::npos)
        return "A bucket name has 3 to 63 lower-case letters, digits, '-' or single '.', and begins and ends with a "
               "letter or digit.";
    if (like_ipv4(name))
        return "A bucket name is not an IPv4 address.";
    return std::nullopt;
}

std::optional<std::string> region_problem(storage_provider provider, std::string_view region) {
    const auto& rules = rules_of(provider);
    const std::string of_provider = "The region of an " + std::string{rules.name} + " storage is ";
    if (rules.region == region_rule::automatic && region != automatic_region)
        return of_provider + automatic_region + ".";
    if (rules.region == region_rule::aws_code && !is_aws_region(region))
        return of_provider + "an AWS region code, such as eu-central-1.";
    return std::nullopt;
}

std::optional<std::string> endpoint_url_problem(storage_provider provider, std::string_view url, plain_http http) {
    const auto& rules = rules_of(provider);
    const std::string name{rules.name};
    if (rules.endpoint != endpoint_rule::given)
        return url.empty() ? std::nullopt
                           : std::optional{"An " + name +
                                           " storage has no endpoint URL; for a server of another kind that speaks "
                                           "S3, the provider is " +
                                           std::string{rules_of(storage_provider::r2).name} + "."};
    if (url.empty())
        return "An " + name + " storage needs an endpoint URL, such as https://ACCOUNT.r2.cloudflarestorage.com.";
    if (!is_endpoint(url, http))
        return "An endpoint URL is https://host[:port][/path], without user, query and fragment.";
    return std::nullopt;
}

std::optional<std::string> remote_path_problem(std::string_view path) {
    if (path.size() > longest_remote_path || path.find("..") != std::string_view::npos ||
        !made_of(path, is_alphanumeric, "/._-"))
        return "A remote path has at most 512 letters, digits, '.', '_', '-' and '/', and no '..', such as "
               "deltas/prod.";
    return std::nullopt;
}

std::optional<std::string> access_key_id_problem(std::string_view id) {
    return credential_problem(id, 16, "An access key ID");
}

std::optional<std::string> secret_access_key_problem(std::string_view secret) {
    return credential_problem(secret, 32, "A secret access key");
}

} // namespace omegasafe::wire
