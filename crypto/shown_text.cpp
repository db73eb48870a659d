#include "crypto/shown_text.hpp"

#include "crypto/text_encoding.hpp"
#include <algorithm>
#include <cstdint>

namespace omegasafe::crypto {

namespace {

enum class output : std::uint8_t { line, lines, json };

constexpr char32_t no_character = 0xffffffff;

/// The character in front of `rest`, which has `length` bytes.
char32_t character_of(std::string_view rest, std::size_t length) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    if (length == 0)
        return no_character;
    if (length == 1)
        return byte(0);
    char32_t character = byte(0) & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i)
        character = character << 6 | (byte(i) & 0x3fU);
    return character;
}

/// Controls, and what Unicode has to turn the direction of writing; line and paragraph separators are line ends to
/// some.
bool steers(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

std::string escaped(char32_t character, bool two_digits) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = two_digits ? "\\x" : "\\u";
    for (int shift = two_digits ? 4 : 12; shift >= 0; shift -= 4)
        text += digits[character >> shift & 0xfU];
    return text;
}

std::string shown(std::string_view text, output for_what) {
    std::string made;
    made.reserve(text.size());
    while (!text.empty()) {
        const auto length = utf8_length(text);
        const auto character = character_of(text, length);
        // Line ends and blanks of JSON stand between its values; in its texts they are escapes already.
        const bool kept = character == '\n' && for_what != output::line;
        if (length == 0)
            made += escaped(static_cast<unsigned char>(text.front()), true);
        else if (steers(character) && !kept)
            made += escaped(character, for_what != output::json && character < 0x20);
        else
            made += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return made;
}

} // namespace

std::string shown_line(std::string_view text) {
    return shown(text, output::line);
}

std::string shown_lines(std::string_view text) {
    return shown(text, output::lines);
}

std::string shown_json(std::string_view json) {
    return shown(json, output::json);
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto length = utf8_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string utf8_of(std::string_view text) {
    std::string made;
    while (!text.empty()) {
        const auto length = utf8_length(text);
        made += length == 0 ? "\xef\xbf\xbd" : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return made;
}

std::string base64_of(std::string_view text) {
    return std::string{to_base64(as_bytes(text), base64_alphabet::standard).text()};
}

} // namespace omegasafe::crypto
