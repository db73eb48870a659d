#include "crypto/text_encoding.hpp"

#include <algorithm>

namespace omegasafe::crypto {

namespace {

constexpr std::string_view characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t bits_a_character = 6, bits_a_byte = 8, characters_a_group = 4;

char character_of(unsigned value, base64_alphabet alphabet) {
    if (value < characters.size())
        return characters[value];
    const std::string_view last = alphabet == base64_alphabet::url ? "-_" : "+/";
    return last[value - characters.size()];
}

std::optional<unsigned> value_of(char character, base64_alphabet alphabet) {
    for (unsigned value = 0; value < 1U << bits_a_character; ++value)
        if (character_of(value, alphabet) == character)
            return value;
    return std::nullopt;
}

std::size_t characters_for(std::size_t bytes) {
    return (bytes * bits_a_byte + bits_a_character - 1) / bits_a_character;
}

std::size_t padding_for(std::size_t length, base64_alphabet alphabet) {
    return alphabet == base64_alphabet::url ? 0
                                            : (characters_a_group - length % characters_a_group) % characters_a_group;
}

} // namespace

secure_bytes to_base64(const_byte_span bytes, base64_alphabet alphabet) {
    const auto length = characters_for(bytes.size());
    secure_bytes text(length + padding_for(length, alphabet));
    std::fill_n(text.data(), text.size(), static_cast<std::uint8_t>('='));
    unsigned pending = 0;
    std::size_t pending_bits = 0, next = 0;
    for (std::size_t i = 0; i < length; ++i) {
        if (pending_bits < bits_a_character) {
            pending = pending << bits_a_byte | (next < bytes.size() ? bytes[next] : 0U);
            ++next;
            pending_bits += bits_a_byte;
        }
        pending_bits -= bits_a_character;
        text.data()[i] = static_cast<std::uint8_t>(character_of(pending >> pending_bits & 63U, alphabet));
    }
    return text;
}

std::optional<secure_bytes> from_base64(std::string_view text, base64_alphabet alphabet) {
    const auto length = std::min(text.find('='), text.size());
    if (text.size() != length + padding_for(length, alphabet) ||
        text.find_first_not_of('=', length) != std::string_view::npos)
        return std::nullopt;
    secure_bytes bytes(length * bits_a_character / bits_a_byte);
    if (characters_for(bytes.size()) != length)
        return std::nullopt;
    unsigned pending = 0;
    std::size_t pending_bits = 0, next = 0;
    for (const char character : text.substr(0, length)) {
        const auto value = value_of(character, alphabet);
        if (!value)
            return std::nullopt;
        pending = pending << bits_a_character | *value;
        pending_bits += bits_a_character;
        if (pending_bits < bits_a_byte)
            continue;
        pending_bits -= bits_a_byte;
        bytes.data()[next++] = static_cast<std::uint8_t>(pending >> pending_bits);
    }
    const unsigned left_over = pending & ((1U << pending_bits) - 1);
    if (left_over != 0)
        return std::nullopt;
    return bytes;
}

std::string to_hexadecimal(const_byte_span bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const auto byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

std::string percent_encoded(std::string_view text, bool keep_slashes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const unsigned char c : text) {
        const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~' || (keep_slashes && c == '/');
        if (plain)
            out += static_cast<char>(c);
        else
            (out += '%') += {digits[c >> 4], digits[c & 15]};
    }
    return out;
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0)
            return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::size_t utf8_length(std::string_view rest) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    const auto lead = byte(0);
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) == 0xe0 ? 3 : lead >= 0xf0 ? 4 : 0;
    if (length == 0 || lead > 0xf4 || rest.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    // Longer than needed, half of a surrogate pair, or beyond U+10FFFF: the second byte tells.
    const bool wrong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) ||
                       (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f);
    return wrong ? 0 : length;
}

bool is_plain_text(std::string_view text) {
    while (!text.empty()) {
        const auto lead = static_cast<unsigned char>(text.front());
        const auto length = lead < 0x20 || lead == 0x7f ? 0 : utf8_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (auto& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

} // namespace omegasafe::crypto
