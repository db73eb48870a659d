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

/// The global positions of an iteration: the Alpha's begin at 0, and so do the Deltas', one behind the other.
constexpr position_range positions_of_iteration(std::uint64_t seq_number, std::uint64_t capacity) {
    const u128 first = seq_number == 0 ? 0 : u128{seq_number - 1} * capacity;
    return {first, first + capacity - 1};
}

} // namespace omegasafe::crypto
