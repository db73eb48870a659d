#include "crypto/key_material.hpp"

#include "crypto/random.hpp"
#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace omegasafe::crypto {

namespace {

/// Random bytes in blocks: asking OpenSSL for each byte would cost a hundred times more.
class random_bytes {
public:
    random_bytes() : buffer_(64 * 1024), used_(buffer_.size()) {} // OpenSSL's generator makes 64 KiB a request

    std::uint8_t next() {
        if (used_ == buffer_.size()) {
            random_fill(buffer_.span());
            used_ = 0;
        }
        return buffer_.data()[used_++];
    }

private:
    secure_bytes buffer_;
    std::size_t used_;
};

/// Fisher-Yates. An index over i is rejected by swapping i with itself and staying there: no branch depends on the
/// random bytes, which is faster and tells nothing through its timing.
void draw_map(std::uint8_t* map, random_bytes& source) {
    std::iota(map, map + map_size, std::uint8_t{0});
    std::uint32_t i = map_size - 1;
    while (i > 0) {
        const std::uint32_t mask = std::bit_ceil(i + 1) - 1;
        const std::uint32_t drawn = source.next() & mask;
        const std::uint32_t taken = drawn <= i ? 1 : 0;
        const std::uint32_t j = taken != 0 ? drawn : i;
        std::swap(map[i], map[j]);
        i -= taken;
    }
}

} // namespace

void draw_maps(byte_span out) {
    if (out.size() % map_size != 0)
        throw std::invalid_argument("a map chain is a whole number of maps");
    random_bytes source;
    for (std::size_t at = 0; at < out.size(); at += map_size)
        draw_map(out.data() + at, source);
}

bool all_permutations(const_byte_span chain) {
    if (chain.size() % map_size != 0)
        return false;
    // The stamp of the last map that held each value. After a good map all are equal, so the next stamp is new to all.
    std::array<std::uint8_t, map_size> seen_in{};
    std::uint8_t stamp = 0;
    for (std::size_t at = 0; at < chain.size(); at += map_size) {
        ++stamp;
        for (const std::uint8_t value : chain.subspan(at, map_size))
            seen_in[value] = stamp;
        unsigned missing = 0;
        for (const std::uint8_t seen : seen_in)
            missing |= static_cast<unsigned>(seen ^ stamp);
        if (missing != 0)
            return false;
    }
    return true;
}

key_material key_material::generate(const key_geometry& geometry) {
    if (!geometry.valid())
        throw std::invalid_argument("key geometry out of range");
    secure_bytes maps(geometry.material_bytes());
    draw_maps(maps.span());
    return {geometry, std::move(maps)};
}

key_material::key_material(const key_geometry& geometry, secure_bytes maps)
    : geometry_(geometry), maps_(std::move(maps)) {
    if (!geometry_.valid())
        throw std::invalid_argument("key geometry out of range");
    if (maps_.size() != geometry_.material_bytes())
        throw std::invalid_argument("key material does not have the size of its geometry");
    if (!all_permutations(maps_))
        throw std::invalid_argument("key material holds a map that is not a permutation");
}

const std::uint8_t* key_material::rotor(std::uint32_t index) const {
    const std::size_t maps_before = geometry_.nucleus_maps() + std::size_t{index} * geometry_.rotor_maps();
    return maps_.data() + maps_before * map_size;
}

} // namespace omegasafe::crypto
