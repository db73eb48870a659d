#include "storage/config/config_value.hpp"

#include "crypto/text_encoding.hpp"
#include "crypto/uuid.hpp"

#include <algorithm>

namespace omegasafe::storage {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

} // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string result = "\"" + std::string(text.substr(0, longest)) + (text.size() > longest ? "...\"" : "\"");
    std::replace_if(result.begin(), result.end(), is_control, '?');
    return result;
}

std::string_view accepted_values(value_kind kind) {
    switch (kind) {
    case value_kind::path:
        return "a path without control characters or outer spaces";
    case value_kind::boolean:
        return "TRUE or FALSE (also 1, yes, on, 0, no, off)";
    case value_kind::identifier:
        return "a UUID such as 11111111-2222-4333-8444-555555555555, or empty";
    case value_kind::gigabytes:
        return "a decimal number of GB from 0 to 1000";
    case value_kind::layer_password:
        return "at least 8 characters with a letter and a digit and without whitespace, or empty";
    }
    return {};
}

std::optional<std::string> normalized(value_kind kind, std::string_view text) {
    switch (kind) {
    case value_kind::path:
        if (trim(text) == text && std::none_of(text.begin(), text.end(), is_control))
            return std::string(text);
        break;
    case value_kind::boolean:
        if (const auto value = parse_boolean(text))
            return *value ? "TRUE" : "FALSE";
        break;
    case value_kind::identifier:
        if (text.empty())
            return std::string();
        if (const auto id = crypto::parse_uuid(text))
            return crypto::to_string(*id);
        break;
    case value_kind::gigabytes:
        if (parse_gigabytes(text))
            return std::string(text);
        break;
    case value_kind::layer_password:
        if (acceptable_layer_password(text))
            return std::string(text);
        break;
    }
    return {};
}

std::optional<bool> parse_boolean(std::string_view text) {
    const auto lower = crypto::lower_case(text);
    if (lower == "1" || lower == "true" || lower == "yes" || lower == "on")
        return true;
    if (lower == "0" || lower == "false" || lower == "no" || lower == "off")
        return false;
    return {};
}

std::optional<std::uint64_t> parse_gigabytes(std::string_view text) {
    constexpr std::uint64_t bytes_per_gigabyte = 1'000'000'000;
    constexpr std::uint64_t most_gigabytes = 1000;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
    if (whole.empty() && fraction.empty())
        return {};
    if (!std::all_of(whole.begin(), whole.end(), is_digit) || !std::all_of(fraction.begin(), fraction.end(), is_digit))
        return {};

    std::uint64_t gigabytes = 0;
    for (const char digit : whole) {
        gigabytes = gigabytes * 10 + static_cast<std::uint64_t>(digit - '0');
        if (gigabytes > most_gigabytes)
            return {};
    }
    std::uint64_t bytes = gigabytes * bytes_per_gigabyte;
    std::uint64_t worth = bytes_per_gigabyte / 10;
    for (const char digit : fraction) {
        if (digit != '0' && gigabytes == most_gigabytes)
            return {};
        bytes += static_cast<std::uint64_t>(digit - '0') * worth;
        worth /= 10;
    }
    return bytes;
}

bool acceptable_layer_password(std::string_view text) {
    if (text.empty())
        return true;
    // Bytes of letters beyond ASCII count as letters.
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_refused = [](char c) { return c == ' ' || is_control(c); };
    const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }); // UTF-8
    return characters >= 8 && std::any_of(text.begin(), text.end(), is_letter) &&
           std::any_of(text.begin(), text.end(), is_digit) && std::none_of(text.begin(), text.end(), is_refused);
}

} // namespace omegasafe::storage
