// The kernel for 64-bit ARM, where NEON is always there: 16 bytes per look-up, in pieces of 64 entries.
#pragma once

#include "crypto/kernels/kernel.hpp"

#if defined(__aarch64__)
namespace omegasafe::crypto {

extern const kernel neon_kernel;

} // namespace omegasafe::crypto
#endif
