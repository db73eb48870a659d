// What a cipher kernel is: one way to run the algorithm of the cipher, for processors that can.
#pragma once

#include "crypto/direction.hpp"
#include "crypto/key_material.hpp"
#include <array>
#include <string_view>

namespace omegasafe::crypto {

/// A run of bytes and the maps they go through. Position p takes nucleus map p mod n, map (p / n) mod r of rotor 1,
/// (p / (n*r)) mod r of rotor 2, ... The caller has checked that the run ends within the iteration.
struct cipher_run {
    const std::uint8_t* nucleus = nullptr;                // to decrypt: the inverse of each map
    std::array<const std::uint8_t*, max_rotors> rotors{}; // to decrypt: rotor 1 holds inverse maps, the others do not
    std::uint32_t nucleus_maps = 0;
    std::uint32_t rotor_maps = 0;
    std::uint32_t rotor_count = 0;
    std::uint64_t first = 0; // position of in[0]
    const std::uint8_t* in = nullptr;
    std::uint8_t* out = nullptr; // may be `in`
    std::size_t size = 0;
};

/// All kernels give the same bytes; they differ in speed and in the instructions they need.
struct kernel {
    std::string_view name;
    bool (*available)(); // whether this processor has the instructions
    void (*encrypt)(const cipher_run& run);
    void (*decrypt)(const cipher_run& run);
};

} // namespace omegasafe::crypto
