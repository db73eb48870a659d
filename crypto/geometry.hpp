// Sizes of keys and the numbers that follow from them (reference: create-key tables).
#pragma once

#include "crypto/position.hpp"

namespace omegasafe::crypto {

inline constexpr std::uint32_t map_size = 256;              // bytes of one byte replacement map
inline constexpr std::uint32_t min_chain_bytes = 100'000;   // 0.10 MB
inline constexpr std::uint32_t max_chain_bytes = 1'000'000; // 1.00 MB
inline constexpr std::uint32_t min_rotors = 2;
inline constexpr std::uint32_t max_rotors = 4;

/// The shape of every iteration of a key. Fixed at creation.
struct key_geometry {
    std::uint32_t nucleus_bytes = 0; // nominal size, 100,000 .. 1,000,000
    std::uint32_t rotor_bytes = 0;   // nominal size of each rotor, same range
    std::uint32_t rotors = 0;        // 2 .. 4

    bool operator==(const key_geometry&) const = default;

    bool valid() const;
    std::uint32_t nucleus_maps() const { return nucleus_bytes / map_size; }
    std::uint32_t rotor_maps() const { return rotor_bytes / map_size; }
    /// Positions in one iteration: the product of all map counts; below 2^63.
    std::uint64_t capacity() const;
    /// Nominal bytes of one iteration, as create-key shows and counts Deltas with.
    std::uint64_t nominal_bytes() const;
    /// Bytes of the maps themselves: 256 * number of maps.
    std::uint64_t material_bytes() const;
    /// floor(capacity / nominal_bytes).
    std::uint64_t supported_deltas() const;
    /// supported_deltas * capacity.
    u128 total_capacity() const;
};

inline constexpr key_geometry small_preset{250'000, 250'000, 2};
inline constexpr key_geometry medium_preset{250'000, 250'000, 3};
inline constexpr key_geometry big_preset{1'000'000, 1'000'000, 3};

} // namespace omegasafe::crypto
