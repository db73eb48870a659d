// The maps of one key iteration: a nucleus chain and 2-4 rotor chains (the secret of the cipher).
#pragma once

#include "crypto/geometry.hpp"
#include "crypto/secure_memory.hpp"

namespace omegasafe::crypto {

/// Draws `maps` permutations of 0..255, each uniform and independent, into `out` (256 * maps bytes): Fisher-Yates with
/// rejection sampling from the CSPRNG. Thread-safe.
void draw_maps(byte_span out);

/// True when every 256-byte map in `chain` is a permutation.
bool all_permutations(const_byte_span chain);

/// Immutable maps, shared between actors by shared_ptr<const key_material>.
/// Layout of bytes(): nucleus maps, then rotor 1, rotor 2, ... back to back; material_bytes() long.
class key_material {
public:
    /// Draws all chains. Several threads may instead fill the chains of one block and use the constructor.
    static key_material generate(const key_geometry& geometry);
    /// Takes over existing maps. Throws std::invalid_argument when the geometry is invalid, the size is wrong or a map
    /// is no permutation.
    key_material(const key_geometry& geometry, secure_bytes maps);

    const key_geometry& geometry() const { return geometry_; }
    const_byte_span bytes() const { return maps_.span(); }
    const std::uint8_t* nucleus() const { return maps_.data(); }
    /// Maps of rotor `index`, 0 .. rotors-1.
    const std::uint8_t* rotor(std::uint32_t index) const;

private:
    key_geometry geometry_;
    secure_bytes maps_;
};

} // namespace omegasafe::crypto
