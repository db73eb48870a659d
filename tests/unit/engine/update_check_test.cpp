#include "engine/update_check.hpp"

#include <catch2/catch.hpp>

using omegasafe::engine::newer_version;

TEST_CASE("a version is newer when its numbers are greater, one by one") {
    for (const auto* newer : {"0.1.1", "0.2", "1", "0.1.0.1", "0.10.0"})
        CHECK(newer_version(newer, "0.1.0"));
    for (const auto* other : {"0.1.0", "0.0.9", "0.1", "", "1.", ".1", "v2.0", "2.0-rc1", "2.0\n", "99999999999999999"})
        CHECK_FALSE(newer_version(other, "0.1.0"));
}
