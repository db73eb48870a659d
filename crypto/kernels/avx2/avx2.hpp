// The kernel for processors with AVX2: 32 bytes per look-up, by byte shuffles in pieces of 16 entries.
#pragma once

#include "crypto/kernels/kernel.hpp"

#if defined(__x86_64__)
namespace omegasafe::crypto {

extern const kernel avx2_kernel;

} // namespace omegasafe::crypto
#endif
