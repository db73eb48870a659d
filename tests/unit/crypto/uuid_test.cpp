#include "crypto/uuid.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <set>

using namespace omegasafe::crypto;

TEST_CASE("random UUIDs are version 4 and differ", "[uuid]") {
    std::set<uuid> seen;
    uuid any_bit{};
    for (int i = 0; i < 1000; ++i) {
        const uuid id = random_uuid();
        CHECK(id.data[6] >> 4 == 4); // version
        CHECK(id.data[8] >> 6 == 2); // variant of RFC 4122
        CHECK(seen.insert(id).second);
        for (std::size_t byte = 0; byte < 16; ++byte)
            any_bit.data[byte] |= id.data[byte];
    }
    // Every bit but the fixed ones was set at least once.
    CHECK(omegasafe::crypto::to_string(any_bit) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST_CASE("UUIDs print in lower case and parse in either", "[uuid]") {
    const std::string text = "0123abcd-4567-89ef-8fed-cba987654321";
    std::string upper = text;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
    REQUIRE(parse_uuid(text));
    CHECK(omegasafe::crypto::to_string(*parse_uuid(text)) == text);
    CHECK(parse_uuid(upper) == parse_uuid(text));
    const uuid id = random_uuid();
    CHECK(parse_uuid(omegasafe::crypto::to_string(id)) == id);
}

TEST_CASE("anything but the canonical form is refused", "[uuid]") {
    const std::string good = "0123abcd-4567-89ef-8fed-cba987654321";
    for (const std::string& text : {std::string(), "{" + good + "}", " " + good, good + " ", good.substr(1), good + "0",
             std::string("0123abcd456789ef8fedcba987654321"), std::string("0123abcd-4567-89ef-8fed-cba98765432g"),
             std::string("0123abcd-4567-89ef-8fedc-ba987654321"), std::string("0123abcd_4567_89ef_8fed_cba987654321")})
        CHECK_FALSE(parse_uuid(text));
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = '+';
        CHECK_FALSE(parse_uuid(bad));
    }
}
