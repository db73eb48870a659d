// AWS Signature Version 4 for S3 ("Authenticating Requests: Using Query Parameters" of Amazon's S3 API reference).
#pragma once

#include "crypto/secure_memory.hpp"
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace omegasafe::net {

/// A request to be signed: what the signature covers, nothing else.
struct aws_request {
    std::string method;                                       // "PUT"
    std::string host;                                         // with port unless it is the scheme's own
    std::string path;                                         // not encoded, begins with a slash
    std::vector<std::pair<std::string, std::string>> query;   // not encoded
    std::vector<std::pair<std::string, std::string>> headers; // besides Host; signed
};

/// Whose signature, where and when.
struct aws_signer {
    std::string_view access_key_id;
    crypto::const_byte_span secret_access_key;
    std::string region;
    std::int64_t unix_seconds = 0;
};

/// The hash of a payload that is not known when the request is signed.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

/// The canonical request, as the standard's examples show it.
std::string aws_canonical_request(const aws_request& request, std::string_view payload_hash);

/// The hexadecimal signature of a canonical request.
std::string aws_signature(const aws_signer& signer, const std::string& canonical_request);

/// "PATH?QUERY" of a URL that lets its holder make exactly this request within `lifetime` (at most 7 days): the query
/// gets the X-Amz-* parameters, every header of the request must be sent as it is here.
std::string aws_presigned_target(aws_request request, const aws_signer& signer, std::chrono::seconds lifetime);

} // namespace omegasafe::net
