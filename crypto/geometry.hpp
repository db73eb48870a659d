// Sizes of keys: the public header has them.
#pragma once

#include <omegasafe/types.hpp>

namespace omegasafe::crypto {

using omegasafe::big_preset;
using omegasafe::key_geometry;
using omegasafe::map_size;
using omegasafe::max_chain_bytes;
using omegasafe::max_rotors;
using omegasafe::medium_preset;
using omegasafe::min_chain_bytes;
using omegasafe::min_rotors;
using omegasafe::small_preset;

} // namespace omegasafe::crypto
