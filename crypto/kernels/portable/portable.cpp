// Strategy: a turn of the nucleus composes all rotors into one map, so that a byte costs two look-ups. Two things keep
// those fast: eight bytes are read and written as one 64-bit word, because byte-wide loads and stores would fill the
// ports the look-ups need; and whole turns are taken in blocks, column by column, so that a nucleus map fetched from
// the outer caches serves every turn of the block.
#include "crypto/kernels/portable/portable.hpp"

#include "crypto/kernels/rotor_turns.hpp"
#include <algorithm>
#include <bit>
#include <cstring>

namespace omegasafe::crypto {

namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);
/// Their composed maps, 8 KiB, stay in the first-level cache beside the nucleus maps.
constexpr std::size_t block_turns = 32;

/// The order of the two look-ups.
struct encrypt_byte {
    static std::uint8_t of(const std::uint8_t* nucleus, const rotor_turns::map& rotors, std::uint64_t byte) {
        return rotors[nucleus[byte]];
    }
};
struct decrypt_byte {
    static std::uint8_t of(const std::uint8_t* nucleus, const rotor_turns::map& rotors, std::uint64_t byte) {
        return nucleus[rotors[byte]];
    }
};

/// Where byte `i` in memory lies in a word loaded from there.
constexpr unsigned shift_of(std::size_t i) {
    return static_cast<unsigned>(8 * (std::endian::native == std::endian::little ? i : word_bytes - 1 - i));
}

template <class Byte>
void cipher_word(const std::uint8_t* maps, const rotor_turns::map& rotors, const std::uint8_t* in, std::uint8_t* out) {
    std::uint64_t word = 0;
    std::memcpy(&word, in, word_bytes);
    std::uint64_t result = 0;
    for (std::size_t i = 0; i < word_bytes; ++i)
        result |= std::uint64_t{Byte::of(maps + i * map_size, rotors, word >> shift_of(i) & 0xFF)} << shift_of(i);
    std::memcpy(out, &result, word_bytes);
}

/// `columns` bytes of each of `turns` turns that lie `stride` bytes apart. `maps` is the nucleus map of the first byte.
template <class Byte>
void cipher_block(const std::uint8_t* maps, const rotor_turns::map* rotors, std::size_t turns, std::size_t stride,
    const std::uint8_t* in, std::uint8_t* out, std::size_t columns) {
    std::size_t column = 0;
    for (; column + word_bytes <= columns; column += word_bytes)
        for (std::size_t turn = 0; turn < turns; ++turn) {
            const std::size_t at = turn * stride + column;
            cipher_word<Byte>(maps + column * map_size, rotors[turn], in + at, out + at);
        }
    for (; column < columns; ++column)
        for (std::size_t turn = 0; turn < turns; ++turn) {
            const std::size_t at = turn * stride + column;
            out[at] = Byte::of(maps + column * map_size, rotors[turn], in[at]);
        }
}

void compose(const rotor_turns::halves& turn, rotor_turns::map& out) {
    for (std::size_t x = 0; x < map_size; ++x)
        out[x] = turn.outer[turn.inner[x]];
}

/// Cuts the run into blocks: a turn it begins or ends within alone, whole turns up to block_turns together.
template <class Byte>
void cipher_blocks(const cipher_run& run, direction way) {
    rotor_turns position(run, way);
    std::array<rotor_turns::map, block_turns> rotors;
    const std::size_t stride = run.nucleus_maps;
    std::size_t column = run.first % stride;
    for (std::size_t done = 0; done < run.size; column = 0) {
        const std::size_t left = run.size - done;
        const std::size_t columns = std::min(stride - column, left);
        const std::size_t turns = columns < stride ? 1 : std::min(left / stride, block_turns);
        for (std::size_t turn = 0; turn < turns; ++turn, position.advance())
            compose(position.current(), rotors[turn]);
        cipher_block<Byte>(
            run.nucleus + column * map_size, rotors.data(), turns, stride, run.in + done, run.out + done, columns);
        done += turns * columns;
    }
    wipe(rotors.data(), sizeof rotors);
}

bool always() {
    return true;
}

void encrypt(const cipher_run& run) {
    cipher_blocks<encrypt_byte>(run, direction::encrypt);
}

void decrypt(const cipher_run& run) {
    cipher_blocks<decrypt_byte>(run, direction::decrypt);
}

} // namespace

const kernel portable_kernel{"portable", always, encrypt, decrypt};

} // namespace omegasafe::crypto
