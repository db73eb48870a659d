// Random numbers from OpenSSL's CSPRNG.
#pragma once

#include "crypto/secure_memory.hpp"

namespace omegasafe::crypto {

/// Fills `out` with cryptographically secure random bytes. Throws std::runtime_error when the generator fails.
void random_fill(byte_span out);

/// Uniform in 0 .. bound-1, without modulo bias. bound >= 1.
std::uint64_t random_below(std::uint64_t bound);

} // namespace omegasafe::crypto
