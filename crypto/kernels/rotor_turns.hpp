// The odometer of the rotors: for each turn of the nucleus, all rotors together are one map of 256 bytes.
#pragma once

#include "crypto/kernels/kernel.hpp"

namespace omegasafe::crypto {

/// Walks the turns of a run and composes the rotors' maps. Rotors 2, 3, ... stand still while rotor 1 goes round, so
/// their composition is kept and a turn costs 256 look-ups.
class rotor_turns {
public:
    using map = std::array<std::uint8_t, map_size>;

    /// What all rotors do in a turn: byte x becomes outer[inner[x]]. Valid until advance().
    struct halves {
        const std::uint8_t* outer;
        const std::uint8_t* inner;
    };

    /// Starts at turn run.first / run.nucleus_maps.
    rotor_turns(const cipher_run& run, direction way);
    ~rotor_turns();
    rotor_turns(const rotor_turns&) = delete;
    rotor_turns& operator=(const rotor_turns&) = delete;

    /// This turn's maps: rotor 1 and then the later rotors to encrypt, their inverses in reverse order to decrypt.
    halves current() const;
    /// Moves on by one turn.
    void advance();

private:
    const std::uint8_t* map_of_rotor(std::uint32_t rotor) const;
    void compose_later_rotors();

    const cipher_run& run_;
    direction way_;
    std::array<std::uint32_t, max_rotors> at_{}; // selected map of each rotor
    map later_rotors_{};                         // composition of rotors 2, 3, ..., or its inverse
};

} // namespace omegasafe::crypto
