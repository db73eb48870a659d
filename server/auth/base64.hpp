// Base64 of RFC 4648, read strictly: one text for each value.
#pragma once

#include "crypto/secure_memory.hpp"
#include <optional>
#include <string>
#include <vector>

namespace omegasafe::server {

/// standard: with padding. url: `-` and `_`, without padding.
enum class base64_alphabet { standard, url };

crypto::secure_bytes to_base64(crypto::const_byte_span bytes, base64_alphabet alphabet);

/// Nothing for text that to_base64 does not write: other characters, wrong padding, left-over bits.
std::optional<crypto::secure_bytes> from_base64(std::string_view text, base64_alphabet alphabet);

} // namespace omegasafe::server
