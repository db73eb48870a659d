// SHA-256 (file integrity), HMAC-SHA256 (keyed names) and XXH3-128 (damage detection in plain containers; not a
// security measure).
#pragma once

#include "crypto/secure_memory.hpp"
#include <array>
#include <memory>

struct evp_md_ctx_st;

namespace omegasafe::crypto {

using sha256_digest = std::array<std::uint8_t, 32>;
using xxh3_digest = std::array<std::uint8_t, 16>;

/// SHA-256 over data that arrives in pieces.
class sha256 {
public:
    sha256();
    ~sha256();
    sha256(const sha256&) = delete;
    sha256& operator=(const sha256&) = delete;
    void update(const_byte_span data);
    /// The digest; the object may not be used afterwards.
    sha256_digest finish();

    static sha256_digest of(const_byte_span data);

private:
    evp_md_ctx_st* context_;
};

/// HMAC-SHA256 (RFC 2104).
sha256_digest hmac_sha256(const_byte_span key, const_byte_span data);

/// XXH3-128 in canonical (big-endian) byte order, with a 64-bit seed.
xxh3_digest xxh3_128(const_byte_span data, std::uint64_t seed);

} // namespace omegasafe::crypto
