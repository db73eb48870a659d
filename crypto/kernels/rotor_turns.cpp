#include "crypto/kernels/rotor_turns.hpp"

namespace omegasafe::crypto {

rotor_turns::rotor_turns(const cipher_run& run, direction way) : run_(run), way_(way) {
    std::uint64_t turn = run.first / run.nucleus_maps;
    for (std::uint32_t rotor = 0; rotor < run.rotor_count; ++rotor) {
        at_[rotor] = static_cast<std::uint32_t>(turn % run.rotor_maps);
        turn /= run.rotor_maps;
    }
    compose_later_rotors();
}

rotor_turns::~rotor_turns() {
    wipe(later_rotors_.data(), later_rotors_.size());
}

rotor_turns::halves rotor_turns::current() const {
    if (way_ == direction::encrypt)
        return {later_rotors_.data(), map_of_rotor(0)};
    return {map_of_rotor(0), later_rotors_.data()};
}

void rotor_turns::advance() {
    for (std::uint32_t rotor = 0; rotor < run_.rotor_count; ++rotor) {
        if (++at_[rotor] < run_.rotor_maps) {
            if (rotor > 0)
                compose_later_rotors();
            return;
        }
        at_[rotor] = 0;
    }
    compose_later_rotors(); // past the iteration's end: back at position 0, where no run goes on
}

const std::uint8_t* rotor_turns::map_of_rotor(std::uint32_t rotor) const {
    return run_.rotors[rotor] + std::size_t{at_[rotor]} * map_size;
}

void rotor_turns::compose_later_rotors() {
    const std::uint8_t* second = map_of_rotor(1);
    for (std::size_t x = 0; x < map_size; ++x) {
        std::uint8_t value = second[x];
        for (std::uint32_t rotor = 2; rotor < run_.rotor_count; ++rotor)
            value = map_of_rotor(rotor)[value];
        if (way_ == direction::encrypt)
            later_rotors_[x] = value;
        else
            later_rotors_[value] = static_cast<std::uint8_t>(x);
    }
}

} // namespace omegasafe::crypto
