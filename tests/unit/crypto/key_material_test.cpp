#include "crypto/key_material.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <vector>

using namespace omegasafe::crypto;

namespace {

secure_bytes copy_of(const key_material& key) {
    return secure_bytes(key.bytes());
}

} // namespace

TEST_CASE("drawn maps are permutations and differ", "[key_material]") {
    std::vector<std::uint8_t> chain(1000 * map_size);
    draw_maps(chain);
    CHECK(all_permutations(chain));
    std::set<std::string> seen;
    for (std::size_t at = 0; at < chain.size(); at += map_size)
        CHECK(seen.insert(std::string(chain.begin() + at, chain.begin() + at + map_size)).second);
    CHECK_THROWS_AS(draw_maps(byte_span(chain).first(255)), std::invalid_argument);
    draw_maps({});
}

TEST_CASE("every value is equally likely at every place of a map", "[key_material]") {
    constexpr std::size_t maps = 51'200;
    constexpr double expected = static_cast<double>(maps) / map_size;
    std::vector<std::uint8_t> chain(maps * map_size);
    draw_maps(chain);
    std::vector<std::uint32_t> count(map_size * map_size);
    for (std::size_t i = 0; i < chain.size(); ++i)
        ++count[i % map_size * map_size + chain[i]];
    const auto cell = [&](std::size_t place, std::size_t value) {
        const double off = count[place * map_size + value] - expected;
        return off * off / expected;
    };
    double all = 0;
    for (std::size_t a = 0; a < map_size; ++a) {
        double place = 0; // chi-square with 255 degrees of freedom: mean 255, deviation 22.6
        double value = 0;
        for (std::size_t b = 0; b < map_size; ++b) {
            place += cell(a, b);
            value += cell(b, a);
        }
        CHECK(std::abs(place - 255) < 9 * 22.6);
        CHECK(std::abs(value - 255) < 9 * 22.6);
        all += place;
    }
    // Uniform permutations make 255/256 of the sum a chi-square with 255^2 degrees of freedom.
    const double freedom = 255.0 * 255.0;
    CHECK(std::abs(all * 255 / 256 - freedom) < 7 * std::sqrt(2 * freedom));
}

TEST_CASE("neighbouring maps are independent", "[key_material]") {
    constexpr std::size_t maps = 20'000;
    std::vector<std::uint8_t> chain(maps * map_size);
    draw_maps(chain);
    std::size_t same = 0; // one place in 256 agrees with the map before, by chance
    for (std::size_t i = map_size; i < chain.size(); ++i)
        same += chain[i] == chain[i - map_size] ? 1 : 0;
    CHECK(std::abs(static_cast<double>(same) - maps) < 8 * std::sqrt(maps));
}

TEST_CASE("all_permutations finds one wrong value anywhere", "[key_material]") {
    std::vector<std::uint8_t> chain(600 * map_size); // more maps than the check's stamps
    draw_maps(chain);
    REQUIRE(all_permutations(chain));
    for (std::size_t at = 0; at < chain.size(); at += 97) {
        const std::uint8_t right = chain[at];
        chain[at] = static_cast<std::uint8_t>(right + 1);
        CHECK_FALSE(all_permutations(chain));
        chain[at] = right;
    }
    // Swapping values between two maps keeps the counts of the chain but not of the maps.
    std::swap(chain[0], chain[map_size + (chain[map_size] == chain[0] ? 1 : 0)]);
    CHECK_FALSE(all_permutations(chain));
    CHECK_FALSE(all_permutations(const_byte_span(chain).subspan(2 * map_size, 300)));
    CHECK(all_permutations(const_byte_span(chain).subspan(2 * map_size)));
    CHECK(all_permutations({}));
}

TEST_CASE("generated key material has the layout of its geometry", "[key_material]") {
    const key_geometry geometry{100'000, 120'000, 4};
    const key_material key = key_material::generate(geometry);
    CHECK(key.geometry() == geometry);
    CHECK(key.bytes().size() == geometry.material_bytes());
    CHECK(all_permutations(key.bytes()));
    CHECK(key.nucleus() == key.bytes().data());
    for (std::uint32_t i = 0; i < geometry.rotors; ++i)
        CHECK(key.rotor(i) == key.nucleus() + (geometry.nucleus_maps() + i * geometry.rotor_maps()) * map_size);
    const key_material other = key_material::generate(geometry);
    CHECK_FALSE(equal_constant_time(key.bytes(), other.bytes()));
}

TEST_CASE("key material is checked when it is taken over", "[key_material]") {
    const key_geometry geometry{100'000, 100'000, 2};
    const key_material key = key_material::generate(geometry);
    CHECK(equal_constant_time(key_material(geometry, copy_of(key)).bytes(), key.bytes()));
    CHECK_THROWS_AS(key_material(key_geometry{100'000, 100'000, 5}, copy_of(key)), std::invalid_argument);
    CHECK_THROWS_AS(key_material(key_geometry{100'000, 100'000, 3}, copy_of(key)), std::invalid_argument);
    CHECK_THROWS_AS(
        key_material(geometry, secure_bytes(key.bytes().first(key.bytes().size() - map_size))), std::invalid_argument);
    CHECK_THROWS_AS(key_material(geometry, secure_bytes()), std::invalid_argument);
    secure_bytes damaged = copy_of(key);
    damaged.data()[damaged.size() - 1] ^= 1;
    CHECK_THROWS_AS(key_material(geometry, std::move(damaged)), std::invalid_argument);
    CHECK_THROWS_AS(key_material::generate({}), std::invalid_argument);
}
