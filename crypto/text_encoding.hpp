// Bytes as text: Base64 of RFC 4648, read strictly (one text for each value), hexadecimal and percent-encoding; what is
// text at all.
#pragma once

#include "crypto/secure_memory.hpp"
#include <optional>
#include <string>

namespace omegasafe::crypto {

/// standard: with padding. url: `-` and `_`, without padding.
enum class base64_alphabet { standard, url };

secure_bytes to_base64(const_byte_span bytes, base64_alphabet alphabet);

/// Nothing for text that to_base64 does not write: other characters, wrong padding, left-over bits.
std::optional<secure_bytes> from_base64(std::string_view text, base64_alphabet alphabet);

/// Two digits a byte, lower case.
std::string to_hexadecimal(const_byte_span bytes);

/// The value of a hexadecimal digit in either case; -1 for any other character.
int hex_value(char digit);

/// RFC 3986: every byte outside A-Z a-z 0-9 - . _ ~ as "%" and two digits; slashes stay where `keep_slashes`.
std::string percent_encoded(std::string_view text, bool keep_slashes);

/// Nothing when a "%" is not followed by two digits.
std::optional<std::string> percent_decoded(std::string_view text);

/// Bytes of the UTF-8 sequence (RFC 3629) in front of `rest`, which is not empty; 0 when there is none.
std::size_t utf8_length(std::string_view rest);

/// UTF-8 without control characters (below 0x20, 0x7f): what JSON carries and a terminal shows.
bool is_plain_text(std::string_view text);

/// A to Z as a to z, everything else as it is, whatever the locale.
std::string lower_case(std::string_view text);

} // namespace omegasafe::crypto
