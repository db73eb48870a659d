#include "crypto/geometry.hpp"

namespace omegasafe {

bool key_geometry::valid() const {
    const auto in_range = [](std::uint32_t bytes) { return bytes >= min_chain_bytes && bytes <= max_chain_bytes; };
    return in_range(nucleus_bytes) && in_range(rotor_bytes) && rotors >= min_rotors && rotors <= max_rotors;
}

std::uint64_t key_geometry::capacity() const {
    if (!valid())
        return 0; // sizes from a hostile file must neither overflow nor loop for long
    std::uint64_t positions = nucleus_maps();
    for (std::uint32_t i = 0; i < rotors; ++i)
        positions *= rotor_maps();
    return positions;
}

std::uint64_t key_geometry::nominal_bytes() const {
    return nucleus_bytes + std::uint64_t{rotors} * rotor_bytes;
}

std::uint64_t key_geometry::material_bytes() const {
    return (nucleus_maps() + std::uint64_t{rotors} * rotor_maps()) * map_size;
}

std::uint64_t key_geometry::supported_deltas() const {
    return valid() ? capacity() / nominal_bytes() : 0;
}

u128 key_geometry::total_capacity() const {
    return u128{supported_deltas()} * capacity();
}

} // namespace omegasafe
