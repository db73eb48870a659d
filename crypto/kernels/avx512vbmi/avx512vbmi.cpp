// Strategy: see tiles.hpp. A map is four registers; VPERMI2B looks 64 bytes up in two of them at once and ignores bit
// 7, by which the result is then taken from the lower or the upper pair.
#include "crypto/kernels/avx512vbmi/avx512vbmi.hpp"

#if defined(__x86_64__)

#include "crypto/kernels/rotor_turns.hpp"
#include <algorithm>
#include <utility>

// GCC 12 warns of the registers that its own intrinsics leave undefined on purpose (its bug 105593).
#if defined(__clang__)
#include <immintrin.h>
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

// Only what follows may use the instructions: functions of the headers above keep to the lowest processor.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vbmi"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vbmi")
#endif

#include "crypto/kernels/tiles.hpp"

namespace omegasafe::crypto {

namespace {

struct avx512vbmi {
    using vector = __m512i;
    static constexpr std::size_t lanes = 4;
    static constexpr std::size_t fewest_turns = 4;

    static __mmask64 first_bytes(std::size_t count) { return ~__mmask64{0} >> (64 - count); }

    static vector load(const std::uint8_t* from) { return _mm512_loadu_si512(from); }
    static vector load_part(const std::uint8_t* from, std::size_t count) {
        return _mm512_maskz_loadu_epi8(first_bytes(count), from);
    }
    static void store(std::uint8_t* to, vector bytes) { _mm512_storeu_si512(to, bytes); }
    static void store_part(std::uint8_t* to, vector bytes, std::size_t count) {
        _mm512_mask_storeu_epi8(to, first_bytes(count), bytes);
    }
    static vector interleave_low(vector a, vector b) { return _mm512_unpacklo_epi8(a, b); }
    static vector interleave_high(vector a, vector b) { return _mm512_unpackhi_epi8(a, b); }

    static void transpose_lanes(vector* v) {
        const vector a = _mm512_shuffle_i32x4(v[0], v[1], 0x88), b = _mm512_shuffle_i32x4(v[0], v[1], 0xDD);
        const vector c = _mm512_shuffle_i32x4(v[2], v[3], 0x88), d = _mm512_shuffle_i32x4(v[2], v[3], 0xDD);
        v[0] = _mm512_shuffle_i32x4(a, c, 0x88);
        v[1] = _mm512_shuffle_i32x4(b, d, 0x88);
        v[2] = _mm512_shuffle_i32x4(a, c, 0xDD);
        v[3] = _mm512_shuffle_i32x4(b, d, 0xDD);
    }

    static vector replace_lane(vector of, std::size_t i, vector by) {
        return _mm512_mask_mov_epi32(of, static_cast<__mmask16>(0xF << (4 * i)), by);
    }

    struct table {
        vector of[4];
        explicit table(const std::uint8_t* map) : of{load(map), load(map + 64), load(map + 128), load(map + 192)} {}
    };

    static vector look_up(const table& map, vector bytes) {
        const vector low = _mm512_permutex2var_epi8(map.of[0], bytes, map.of[1]);
        const vector high = _mm512_permutex2var_epi8(map.of[2], bytes, map.of[3]);
        return _mm512_mask_blend_epi8(_mm512_movepi8_mask(bytes), low, high);
    }
};

bool available() {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512vbmi") != 0;
}

} // namespace

const kernel avx512vbmi_kernel{"avx512vbmi", available, tiles<avx512vbmi, direction::encrypt>::cipher,
    tiles<avx512vbmi, direction::decrypt>::cipher};

} // namespace omegasafe::crypto

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
