// CBOR of attributes: what another library writes is read as it was, anything else than the one form is refused.
#include "storage/container/attributes.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;
using nlohmann::json;
using omegasafe::crypto::largest_json_integer;

namespace {

bool reads(const bytes& cbor) {
    return cbor_map::parse(cbor).has_value();
}

errc code_reading(const json& map, const char* field) {
    return code_of([&] {
        const auto cbor = json::to_cbor(map);
        attribute_reader(cbor, "The test map").id(field);
    });
}

} // namespace

TEST_CASE("maps of another library are read as they were", "[cbor]") {
    rc::check("numbers and texts of every size",
        [](const std::map<std::string, std::uint64_t>& numbers, unsigned shift, const std::string& text) {
            json map{{"text", text}};
            for (const auto& [name, value] : numbers)
                map["n" + name] = value >> shift % 64;
            const auto cbor = json::to_cbor(map);
            const attribute_reader fields(cbor, "The test map");
            RC_ASSERT(fields.path("text") == text);
            for (const auto& [name, value] : numbers)
                RC_ASSERT(fields.number(("n" + name).c_str()) == value >> shift % 64);
        });
}

TEST_CASE("what is written is what another library writes", "[cbor]") {
    rc::check("the same bytes", [](std::uint64_t number, unsigned shift, const std::string& text) {
        cbor_writer out;
        out.map(2).text("a").number(number >> shift % 64).text("b").text(text + std::string(shift % 300, 'x'));
        const json same{{"a", number >> shift % 64}, {"b", text + std::string(shift % 300, 'x')}};
        RC_ASSERT(out.take() == json::to_cbor(same));
    });
}

TEST_CASE("arrays of maps are read in their order", "[cbor]") {
    const auto cbor = json::to_cbor(json{{"claims", {{{"n", 7}}, {{"n", 300}}}}, {"none", json::array()}});
    const attribute_reader fields(cbor, "The test map");
    const auto claims = fields.maps("claims");
    REQUIRE(claims.size() == 2);
    CHECK(claims[0].number("n") == 7);
    CHECK(claims[1].number("n") == 300);
    CHECK(fields.maps("none").empty());
}

TEST_CASE("fields of another kind are refused by name", "[cbor]") {
    CHECK(code_reading({{"id", "11111111-2222-4333-8444-555555555555"}}, "id") == errc::none);
    CHECK(code_reading({{"id", "11111111"}}, "id") == errc::container_damaged);
    CHECK(code_reading({{"id", 1}}, "id") == errc::container_damaged);
    CHECK(code_reading({{"other", 1}}, "id") == errc::container_damaged);
    const auto cbor = json::to_cbor(json{{"text", "a"}, {"array", {1}}});
    const attribute_reader fields(cbor, "The test map");
    CHECK(code_of([&] { fields.number("text"); }) == errc::container_damaged);
    CHECK(code_of([&] { fields.position("text"); }) == errc::container_damaged);
    CHECK(code_of([&] { fields.maps("array"); }) == errc::container_damaged);
    CHECK(sentence_of([&] { fields.text("gone"); }).find("gone") != std::string::npos);
}

TEST_CASE("texts are UTF-8, and paths are what the file system has", "[cbor]") {
    const auto cbor = json::to_cbor(json{{"good", "gr\xc3\xbc\xc3\x9f"}, {"name", "\xff\x9b"}});
    const attribute_reader fields(cbor, "The test map");
    CHECK(fields.text("good") == "gr\xc3\xbc\xc3\x9f");
    CHECK(code_of([&] { fields.text("name"); }) == errc::container_damaged);
    CHECK(fields.path("name") == "\xff\x9b");
}

TEST_CASE("positions have one form each: a number up to 2^53-1, text above", "[cbor]") {
    const auto reads_as = [](const json& position, crypto::u128 expected) {
        const auto cbor = json::to_cbor(json{{"p", position}});
        return attribute_reader(cbor, "The test map").position("p") == expected;
    };
    const auto refused = [&](const json& position) {
        return code_of([&] { reads_as(position, 0); }) == errc::container_damaged;
    };
    for (const auto position :
        {crypto::u128{0}, crypto::u128{largest_json_integer}, crypto::u128{largest_json_integer} + 1, ~crypto::u128{0}})
        CHECK(reads_as(position_to_json(position), position));
    CHECK(refused(largest_json_integer + 1));
    CHECK(refused(std::to_string(largest_json_integer)));
    CHECK(refused("0"));
    CHECK(refused("09007199254740992"));
    CHECK(refused("340282366920938463463374607431768211456"));
}

TEST_CASE("fields that this version does not know survive when attributes are written again", "[cbor]") {
    const json later{{"bytes", json::binary({1, 2})}, {"list", {1, "a", json{{"z", 1}}}}, {"number", 7}};
    auto stored = later;
    stored["known"] = 1;
    const auto written = to_attributes({{"known", 2}, {"also", "new"}}, json::to_cbor(stored));
    auto expected = later;
    expected["known"] = 2;
    expected["also"] = "new";
    CHECK(json::from_cbor(written) == expected);
    CHECK(reads(written));
}

TEST_CASE("a record of a later format is refused, one without a format is damaged", "[cbor]") {
    const auto code = [](const json& map) {
        const auto cbor = json::to_cbor(map);
        return code_of([&] { attribute_reader(cbor, "The test map", 2); });
    };
    CHECK(code({{"format", 1}}) == errc::none);
    CHECK(code({{"format", 2}}) == errc::none);
    CHECK(code({{"format", 3}, {"more", 1}}) == errc::container_newer);
    CHECK(code({{"format", 0}}) == errc::container_damaged);
    CHECK(code({{"format", "1"}}) == errc::container_damaged);
    CHECK(code({{"more", 1}}) == errc::container_damaged);
}

TEST_CASE("there is one form of each map", "[cbor]") {
    CHECK(reads({0xa0}));
    CHECK(reads({0xa1, 0x61, 'a', 0x18, 24}));
    CHECK(reads({0xa1, 0x61, 'a', 0x41, 1}));
    CHECK(reads({0xa2, 0x61, 'b', 1, 0x62, 'a', 'a', 1}) == false); // by their bytes, not by their length
    CHECK(reads({0xa2, 0x62, 'a', 'a', 1, 0x61, 'b', 1}));
    const std::vector<bytes> refused{
        {},                                                    // nothing
        {0x01},                                                // no map
        {0xa0, 0x00},                                          // bytes left over
        {0xa1, 0x61, 'a'},                                     // no value
        {0xa1, 0x01, 0x01},                                    // key is no text
        {0xa1, 0x61, 'a', 0x18, 23},                           // longer than needed
        {0xa1, 0x61, 'a', 0x19, 0, 255},                       // longer than needed
        {0xa1, 0x61, 'a', 0x1a, 0, 0, 255, 255},               // longer than needed
        {0xa1, 0x61, 'a', 0x1b, 0, 0, 0, 0, 255, 255, 255, 1}, // longer than needed
        {0xa1, 0x61, 'a', 0x19, 1},                            // ends early
        {0xa1, 0x61, 'a', 0x62, 'b'},                          // text ends early
        {0xa1, 0x61, 'a', 0x20},                               // negative
        {0xa1, 0x61, 'a', 0x42, 1},                            // bytes end early
        {0xa2, 0x61, 'a', 1, 0x61, 'a', 1},                    // a field twice
        {0xa2, 0x61, 'b', 1, 0x61, 'a', 1},                    // fields in another order
        {0xa1, 0x61, 'm', 0xa2, 0x61, 'b', 1, 0x61, 'a', 1},   // and inside
        {0xa1, 0x61, 'a', 0xf5},                               // true
        {0xa1, 0x61, 'a', 0x1c},                               // reserved
        {0xbf, 0xff},                                          // indefinite length
        {0xbb, 255, 255, 255, 255, 255, 255, 255, 255},        // more fields than bytes
    };
    for (std::size_t i = 0; i < refused.size(); ++i) {
        INFO("map " << i);
        CHECK_FALSE(reads(refused[i]));
    }
    bytes deep{0xa1, 0x61, 'a'};
    deep.resize(10'000, 0x81);
    CHECK_FALSE(reads(deep));
}
