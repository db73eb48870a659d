#include "crypto/position.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe::crypto;

namespace {

constexpr u128 most = ~u128{0};

u128 make(std::uint64_t high, std::uint64_t low) {
    return u128{high} << 64 | low;
}

} // namespace

TEST_CASE("positions print as plain decimal", "[position]") {
    CHECK(to_decimal(0) == "0");
    CHECK(to_decimal(7) == "7");
    CHECK(to_decimal(1000) == "1000");
    CHECK(to_decimal(make(0, ~std::uint64_t{0})) == "18446744073709551615");
    CHECK(to_decimal(make(1, 0)) == "18446744073709551616");
    CHECK(to_decimal(most) == "340282366920938463463374607431768211455");
}

TEST_CASE("positions parse up to 2^128-1", "[position]") {
    CHECK(parse_decimal("0") == u128{0});
    CHECK(parse_decimal("18446744073709551616") == make(1, 0));
    CHECK(parse_decimal("340282366920938463463374607431768211455") == most);
    CHECK_FALSE(parse_decimal("340282366920938463463374607431768211456"));
    CHECK_FALSE(parse_decimal("340282366920938463463374607431768211460"));
    CHECK_FALSE(parse_decimal("999999999999999999999999999999999999999"));
    CHECK_FALSE(parse_decimal("1000000000000000000000000000000000000000"));
}

TEST_CASE("a position has one spelling", "[position]") {
    for (const char* text :
        {"", "00", "01", "-1", "+1", " 1", "1 ", "1,000", "1.0", "1e3", "0x10", "a", "1a", "\xC2\xB2"})
        CHECK_FALSE(parse_decimal(text));
    CHECK_FALSE(parse_decimal(std::string_view("1\0", 2)));
}

TEST_CASE("printing and parsing positions are inverse", "[position]") {
    rc::prop("parse(print(p)) == p", [](std::uint64_t high, std::uint64_t low) {
        RC_ASSERT(parse_decimal(to_decimal(make(high, low))) == make(high, low));
    });
    rc::prop("the text of p+1 is greater", [](std::uint64_t high, std::uint64_t low) {
        RC_PRE(make(high, low) != most);
        const std::string a = to_decimal(make(high, low));
        const std::string b = to_decimal(make(high, low) + 1);
        RC_ASSERT(a.size() < b.size() || (a.size() == b.size() && a < b));
    });
}

TEST_CASE("a range counts both of its ends", "[position]") {
    CHECK(position_range{5, 5}.size() == 1);
    CHECK(position_range{make(1, 0) - 1, make(1, 0)}.size() == 2);
}
