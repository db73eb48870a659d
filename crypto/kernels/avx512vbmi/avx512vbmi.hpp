// The kernel for processors with AVX-512 VBMI: 64 bytes per look-up, by two-register byte permutations.
#pragma once

#include "crypto/kernels/kernel.hpp"

#if defined(__x86_64__)
namespace omegasafe::crypto {

extern const kernel avx512vbmi_kernel;

} // namespace omegasafe::crypto
#endif
