// The kernel for every processor: two scalar look-ups per byte.
#pragma once

#include "crypto/kernels/kernel.hpp"

namespace omegasafe::crypto {

extern const kernel portable_kernel;

} // namespace omegasafe::crypto
