// Keys from passwords and from other keys.
#pragma once

#include "crypto/secure_memory.hpp"

namespace omegasafe::crypto {

/// scrypt cost: N = 2^log2_n, r, p (RFC 7914). Memory is 128 * N * r bytes.
struct scrypt_cost {
    std::uint8_t log2_n = 15;
    std::uint8_t r = 8;
    std::uint8_t p = 3;
    bool operator==(const scrypt_cost&) const = default;
};

/// False for costs outside log2_n 10..20, r 1..32, p 1..16, over 64 MiB or with N * r * p over 2^22, which is some 2 s.
bool acceptable(const scrypt_cost& cost);

/// 32 bytes from a password by scrypt.
secure_bytes scrypt(const_byte_span password, const_byte_span salt, const scrypt_cost& cost);

/// `size` bytes (at most 8160) by HKDF-SHA256 (RFC 5869).
secure_bytes hkdf_sha256(const_byte_span secret, const_byte_span salt, std::string_view info, std::size_t size = 32);

/// The same, 32 bytes, for a secret of megabytes, which OpenSSL's own would copy into ordinary memory.
secure_bytes hkdf_sha256_in_place(const_byte_span secret, const_byte_span salt, std::string_view info);

/// A new configuration password of 256 random bits: "omegasafe-" + 43 base64url characters + 6 check characters.
secure_bytes generate_password();

/// True for text of generate_password's form with a right check: such a password needs no stretching.
bool is_generated_password(std::string_view password);

} // namespace omegasafe::crypto
