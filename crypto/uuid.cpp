#include "crypto/uuid.hpp"

#include "crypto/random.hpp"
#include "crypto/text_encoding.hpp"

namespace omegasafe {

namespace {

bool dash_before(std::size_t byte) {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

} // namespace

std::string to_string(const uuid& id) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t byte = 0; byte < uuid::size(); ++byte) {
        if (dash_before(byte))
            text += '-';
        text += digits[id.data[byte] >> 4];
        text += digits[id.data[byte] & 15];
    }
    return text;
}

// Other forms (braces, no dashes) would give one identifier several spellings.
std::optional<uuid> parse_uuid(std::string_view text) {
    if (text.size() != 36)
        return std::nullopt;
    uuid id;
    std::size_t at = 0;
    for (std::size_t byte = 0; byte < uuid::size(); ++byte) {
        if (dash_before(byte) && text[at++] != '-')
            return std::nullopt;
        const int high = crypto::hex_value(text[at++]);
        const int low = crypto::hex_value(text[at++]);
        if (high < 0 || low < 0)
            return std::nullopt;
        id.data[byte] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return id;
}

uuid crypto::random_uuid() {
    uuid id;
    random_fill(id);
    id.data[6] = static_cast<std::uint8_t>((id.data[6] & 0x0F) | 0x40); // version 4
    id.data[8] = static_cast<std::uint8_t>((id.data[8] & 0x3F) | 0x80); // variant of RFC 4122
    return id;
}

} // namespace omegasafe
