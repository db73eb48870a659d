#include "wire/field_rules.hpp"

#include "crypto/text_encoding.hpp"
#include "messages/limits.hpp"
#include <algorithm>

namespace omegasafe::wire {

namespace {

constexpr std::size_t email_bytes = 254; // RFC 5321
constexpr std::size_t api_key_bytes = 512;

} // namespace

std::optional<std::string> name_problem(std::string_view name) {
    if (name.empty() || name.size() > limits::name_bytes || !crypto::is_plain_text(name))
        return "A name has 1 to " + std::to_string(limits::name_bytes) + " bytes of UTF-8 and no control characters.";
    return std::nullopt;
}

std::optional<std::string> normal_email(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.rfind('@') != at ||
        text.size() > email_bytes || text.find_first_of(" ,;\"") != std::string_view::npos ||
        !crypto::is_plain_text(text))
        return std::nullopt;
    return crypto::lower_case(text);
}

std::optional<std::string> api_key_problem(std::string_view key) {
    const bool visible = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
    if (key.empty() || key.size() > api_key_bytes || !visible)
        return "An API key has 1 to " + std::to_string(api_key_bytes) +
               " visible characters without spaces; copy it as the server's operator gave it.";
    return std::nullopt;
}

} // namespace omegasafe::wire
