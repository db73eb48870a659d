// AES-256-GCM.
#pragma once

#include "crypto/secure_memory.hpp"
#include <array>

namespace omegasafe::crypto {

inline constexpr std::size_t aead_key_size = 32;
inline constexpr std::size_t aead_nonce_size = 12;
inline constexpr std::size_t aead_tag_size = 16;
using aead_nonce = std::array<std::uint8_t, aead_nonce_size>;

/// Writes plain.size() + 16 bytes (cipher text, then tag) to `out`. `key` has 32 bytes. A nonce is used once per key.
/// `out` may start where `plain` starts. Thread-safe.
void aead_seal(const_byte_span key, const aead_nonce& nonce, const_byte_span aad, const_byte_span plain, byte_span out);

/// Writes sealed.size() - 16 bytes to `out` and returns true; returns false, with `out` wiped, when anything was
/// changed.
[[nodiscard]] bool aead_open(
    const_byte_span key, const aead_nonce& nonce, const_byte_span aad, const_byte_span sealed, byte_span out);

} // namespace omegasafe::crypto
