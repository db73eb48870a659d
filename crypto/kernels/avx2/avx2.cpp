// Strategy: see tiles.hpp. VPSHUFB looks bytes up in 16 entries by their low four bits and gives zero where bit 7 of
// the index is set. Four indices of a byte, of which exactly the one for its bits 4 and 5 has bit 7 clear, find it
// among 64 entries by shuffles and ORs; bits 6 and 7 then choose between the quarters of the map.
#include "crypto/kernels/avx2/avx2.hpp"

#if defined(__x86_64__)

#include "crypto/kernels/rotor_turns.hpp"
#include <algorithm>
#include <cstring>
#include <immintrin.h>
#include <utility>

// Only what follows may use the instructions: functions of the headers above keep to the lowest processor.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#include "crypto/kernels/tiles.hpp"

namespace omegasafe::crypto {

namespace {

struct avx2 {
    using vector = __m256i;
    static constexpr std::size_t lanes = 2;
    static constexpr std::size_t fewest_turns = 12;

    static vector load(const std::uint8_t* from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }
    static void store(std::uint8_t* to, vector bytes) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes); }
    static vector load_part(const std::uint8_t* from, std::size_t count) {
        std::uint8_t whole[sizeof(vector)] = {};
        std::memcpy(whole, from, count);
        return load(whole);
    }
    static void store_part(std::uint8_t* to, vector bytes, std::size_t count) {
        std::uint8_t whole[sizeof(vector)];
        store(whole, bytes);
        std::memcpy(to, whole, count);
    }
    static vector interleave_low(vector a, vector b) { return _mm256_unpacklo_epi8(a, b); }
    static vector interleave_high(vector a, vector b) { return _mm256_unpackhi_epi8(a, b); }

    static void transpose_lanes(vector* v) {
        const vector low = _mm256_permute2x128_si256(v[0], v[1], 0x20);
        v[1] = _mm256_permute2x128_si256(v[0], v[1], 0x31);
        v[0] = low;
    }

    static vector replace_lane(vector of, std::size_t i, vector by) {
        return i == 0 ? _mm256_blend_epi32(of, by, 0x0F) : _mm256_blend_epi32(of, by, 0xF0);
    }

    struct indices {
        vector of[4]; // for bits 4 and 5 being 0, 1, 2, 3
    };

    static vector look_up_sixteen(const std::uint8_t* entries, vector index) {
        const __m128i table = _mm_loadu_si128(reinterpret_cast<const __m128i*>(entries));
        return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), index);
    }

    static vector look_up_quarter(const std::uint8_t* entries, const indices& index) {
        const vector low =
            _mm256_or_si256(look_up_sixteen(entries, index.of[0]), look_up_sixteen(entries + 16, index.of[1]));
        const vector high =
            _mm256_or_si256(look_up_sixteen(entries + 32, index.of[2]), look_up_sixteen(entries + 48, index.of[3]));
        return _mm256_or_si256(low, high);
    }

    struct table {
        const std::uint8_t* map;
        explicit table(const std::uint8_t* start) : map(start) {}
    };

    static vector look_up(const table& from, vector bytes) {
        const std::uint8_t* map = from.map;
        const vector six_bits = _mm256_and_si256(bytes, _mm256_set1_epi8(0x3F));
        const vector to_bit_7 = _mm256_set1_epi8(0x70); // carries any of bits 4 to 6 there
        indices index;
        for (int i = 0; i < 4; ++i)
            index.of[i] =
                _mm256_add_epi8(_mm256_xor_si256(six_bits, _mm256_set1_epi8(static_cast<char>(i << 4))), to_bit_7);
        const vector bit_6 = _mm256_slli_epi16(bytes, 1); // in bit 7
        const vector lower = _mm256_blendv_epi8(look_up_quarter(map, index), look_up_quarter(map + 64, index), bit_6);
        const vector upper =
            _mm256_blendv_epi8(look_up_quarter(map + 128, index), look_up_quarter(map + 192, index), bit_6);
        return _mm256_blendv_epi8(lower, upper, bytes);
    }
};

bool available() {
    return __builtin_cpu_supports("avx2") != 0;
}

} // namespace

const kernel avx2_kernel{
    "avx2", available, tiles<avx2, direction::encrypt>::cipher, tiles<avx2, direction::decrypt>::cipher};

} // namespace omegasafe::crypto

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
