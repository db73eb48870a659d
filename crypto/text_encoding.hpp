// Bytes as text: Base64 of RFC 4648, read strictly (one text for each value), and hexadecimal; ASCII letters in lower
// case.
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

/// A to Z as a to z, everything else as it is, whatever the locale.
std::string lower_case(std::string_view text);

} // namespace omegasafe::crypto
