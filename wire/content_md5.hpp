// MD5 as the header Content-MD5 has it.
#pragma once

#include "crypto/secure_memory.hpp"
#include <string>
#include <string_view>

namespace omegasafe::wire {

/// Base64, 24 characters. It guards a transfer, not against attackers (Deltas are sealed).
std::string content_md5(crypto::const_byte_span content);

/// Whether `text` can be one.
bool is_content_md5(std::string_view text);

} // namespace omegasafe::wire
