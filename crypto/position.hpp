// Global positions: the public header has them.
#pragma once

#include <omegasafe/types.hpp>

namespace omegasafe::crypto {

using omegasafe::parse_decimal;
using omegasafe::position_range;
using omegasafe::to_decimal;
using omegasafe::u128;

} // namespace omegasafe::crypto
