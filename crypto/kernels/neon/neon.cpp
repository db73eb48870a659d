// Strategy: see tiles.hpp. TBL looks 16 bytes up in 64 entries and gives zero for an index beyond; TBX keeps what was
// there. Four of them, each with the index lowered by 64 more, cover a map.
#include "crypto/kernels/neon/neon.hpp"

#if defined(__aarch64__)

#include "crypto/kernels/tiles.hpp"
#include <arm_neon.h>
#include <cstring>

namespace omegasafe::crypto {

namespace {

struct neon {
    using vector = uint8x16_t;
    static constexpr std::size_t lanes = 1;
    static constexpr std::size_t fewest_turns = 8;

    static vector load(const std::uint8_t* from) { return vld1q_u8(from); }
    static void store(std::uint8_t* to, vector bytes) { vst1q_u8(to, bytes); }
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
    static vector interleave_low(vector a, vector b) { return vzip1q_u8(a, b); }
    static vector interleave_high(vector a, vector b) { return vzip2q_u8(a, b); }
    static void transpose_lanes(vector* /*one*/) {}

    static vector replace_lane(vector /*of*/, std::size_t /*i*/, vector by) { return by; }

    struct table {
        uint8x16x4_t of[4];
        explicit table(const std::uint8_t* map)
            : of{vld1q_u8_x4(map), vld1q_u8_x4(map + 64), vld1q_u8_x4(map + 128), vld1q_u8_x4(map + 192)} {}
    };

    static vector look_up(const table& map, vector bytes) {
        const vector quarter = vdupq_n_u8(64);
        vector found = vqtbl4q_u8(map.of[0], bytes);
        bytes = vsubq_u8(bytes, quarter);
        found = vqtbx4q_u8(found, map.of[1], bytes);
        bytes = vsubq_u8(bytes, quarter);
        found = vqtbx4q_u8(found, map.of[2], bytes);
        bytes = vsubq_u8(bytes, quarter);
        return vqtbx4q_u8(found, map.of[3], bytes);
    }
};

bool available() {
    return true;
}

} // namespace

const kernel neon_kernel{
    "neon", available, tiles<neon, direction::encrypt>::cipher, tiles<neon, direction::decrypt>::cipher};

} // namespace omegasafe::crypto

#endif
