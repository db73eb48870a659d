// Strategy: a turn of the nucleus composes all rotors into one map, so that a byte costs two look-ups. Eight bytes are
// read, looked up and written as one 64-bit word: byte-wide loads and stores would fill the ports the look-ups need.
#include "crypto/kernels/portable/portable.hpp"

#include "crypto/kernels/rotor_turns.hpp"
#include <algorithm>
#include <bit>
#include <cstring>

namespace omegasafe::crypto {

namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

/// Where byte `i` in memory lies in a word loaded from there.
constexpr unsigned shift_of(std::size_t i) {
    return static_cast<unsigned>(8 * (std::endian::native == std::endian::little ? i : word_bytes - 1 - i));
}

/// Encrypts bytes of one turn: `maps` is the nucleus map of in[0], the next map belongs to in[1], ...
void encrypt_turn(const std::uint8_t* maps, const rotor_turns::map& rotors, const std::uint8_t* in, std::uint8_t* out,
    std::size_t size) {
    std::size_t at = 0;
    for (; at + word_bytes <= size; at += word_bytes, maps += word_bytes * map_size) {
        std::uint64_t word = 0;
        std::memcpy(&word, in + at, word_bytes);
        std::uint64_t result = 0;
        for (std::size_t i = 0; i < word_bytes; ++i)
            result |= std::uint64_t{rotors[maps[i * map_size + (word >> shift_of(i) & 0xFF)]]} << shift_of(i);
        std::memcpy(out + at, &result, word_bytes);
    }
    for (; at < size; ++at, maps += map_size)
        out[at] = rotors[maps[in[at]]];
}

/// The inverse, with the inverse nucleus and the inverse of the composed rotors.
void decrypt_turn(const std::uint8_t* maps, const rotor_turns::map& rotors, const std::uint8_t* in, std::uint8_t* out,
    std::size_t size) {
    std::size_t at = 0;
    for (; at + word_bytes <= size; at += word_bytes, maps += word_bytes * map_size) {
        std::uint64_t word = 0;
        std::memcpy(&word, in + at, word_bytes);
        std::uint64_t result = 0;
        for (std::size_t i = 0; i < word_bytes; ++i)
            result |= std::uint64_t{maps[i * map_size + rotors[word >> shift_of(i) & 0xFF]]} << shift_of(i);
        std::memcpy(out + at, &result, word_bytes);
    }
    for (; at < size; ++at, maps += map_size)
        out[at] = maps[rotors[in[at]]];
}

template <class Compose, class Turn>
void for_each_turn(const cipher_run& run, Compose compose, Turn cipher_turn) {
    rotor_turns turns(run);
    rotor_turns::map rotors;
    std::size_t column = run.first % run.nucleus_maps;
    for (std::size_t done = 0; done < run.size;) {
        (turns.*compose)(rotors);
        const std::size_t count = std::min<std::size_t>(run.nucleus_maps - column, run.size - done);
        cipher_turn(run.nucleus + column * map_size, rotors, run.in + done, run.out + done, count);
        done += count;
        column = 0;
        turns.advance();
    }
    wipe(rotors.data(), rotors.size());
}

bool always() {
    return true;
}

void encrypt(const cipher_run& run) {
    for_each_turn(run, &rotor_turns::compose, encrypt_turn);
}

void decrypt(const cipher_run& run) {
    for_each_turn(run, &rotor_turns::compose_inverse, decrypt_turn);
}

} // namespace

const kernel portable_kernel{"portable", always, encrypt, decrypt};

} // namespace omegasafe::crypto
