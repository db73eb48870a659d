// The cipher as its description reads, one byte at a time: what every kernel must agree with.
#pragma once

#include "crypto/key_material.hpp"
#include <vector>

namespace omegasafe::test {

inline std::vector<std::uint8_t> reference_encrypt(
    const crypto::key_material& key, std::uint64_t first, crypto::const_byte_span in) {
    std::vector<std::uint8_t> out(in.begin(), in.end());
    for (std::uint8_t& byte : out) {
        std::uint64_t turn = first++;
        byte = key.nucleus()[turn % key.geometry().nucleus_maps() * 256 + byte];
        turn /= key.geometry().nucleus_maps();
        for (std::uint32_t i = 0; i < key.geometry().rotors; ++i, turn /= key.geometry().rotor_maps())
            byte = key.rotor(i)[turn % key.geometry().rotor_maps() * 256 + byte];
    }
    return out;
}

} // namespace omegasafe::test
