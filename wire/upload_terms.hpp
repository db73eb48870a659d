// What the upload of a Delta is bound to: its size, its MD5 and the attempt it belongs to.
#pragma once

#include "crypto/secure_memory.hpp"
#include "crypto/uuid.hpp"
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace omegasafe::wire {

struct upload_terms {
    crypto::uuid attempt_uuid{};
    std::uint64_t size_bytes = 0;
    std::string content_md5;
};

/// The headers of an upload, all of which the URL's signature covers: exactly these, in the order of their names.
std::vector<std::pair<std::string, std::string>> upload_headers(const upload_terms& terms);

/// Names the attempt, in buckets as in URLs of the server itself.
inline constexpr const char* upload_attempt_header = "x-amz-meta-upload-attempt-uuid";

/// MD5 as Content-MD5 has it: Base64, 24 characters. It guards a transfer, not against attackers (Deltas are sealed).
std::string content_md5(crypto::const_byte_span content);
inline constexpr std::size_t content_md5_length = 24;

/// Whether `text` can be one.
bool is_content_md5(std::string_view text);

} // namespace omegasafe::wire
