#include "crypto/random.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <vector>

using namespace omegasafe::crypto;

TEST_CASE("random_fill fills every byte and nothing else", "[random]") {
    std::vector<std::uint8_t> any_bit(67, 0);
    for (int i = 0; i < 100; ++i) {
        std::vector<std::uint8_t> bytes(67, 0);
        random_fill({bytes.data() + 1, 65});
        for (std::size_t at = 0; at < bytes.size(); ++at)
            any_bit[at] |= bytes[at];
    }
    CHECK(any_bit.front() == 0);
    CHECK(any_bit.back() == 0);
    CHECK(std::count(any_bit.begin(), any_bit.end(), 0xFF) == 65);
    random_fill({});
}

TEST_CASE("random bytes do not repeat", "[random]") {
    std::array<std::uint8_t, 32> a{};
    std::array<std::uint8_t, 32> b{};
    random_fill(a);
    random_fill(b);
    CHECK(a != b);
}

TEST_CASE("random_below stays below its bound and reaches all of it evenly", "[random]") {
    CHECK(random_below(1) == 0);
    CHECK_THROWS_AS(random_below(0), std::invalid_argument);
    std::array<int, 7> counts{};
    for (int i = 0; i < 70'000; ++i)
        ++counts.at(random_below(7));
    for (const int count : counts)
        CHECK(std::abs(count - 10'000) < 700); // over 7 standard deviations
}

TEST_CASE("random_below has no modulo bias for large bounds", "[random]") {
    // With bound 3 * 2^62, plain modulo would give the lowest third twice as often: 1/2 instead of 1/3.
    const std::uint64_t third = std::uint64_t{1} << 62;
    int low = 0;
    for (int i = 0; i < 30'000; ++i) {
        const std::uint64_t value = random_below(3 * third);
        REQUIRE(value < 3 * third);
        low += value < third ? 1 : 0;
    }
    CHECK(std::abs(low - 10'000) < 600);
}
