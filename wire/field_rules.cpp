#include "wire/field_rules.hpp"

#include "crypto/text_encoding.hpp"
#include "messages/limits.hpp"

namespace omegasafe::wire {

namespace {

constexpr std::size_t email_bytes = 254; // RFC 5321

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

} // namespace omegasafe::wire
