// JSON of strangers: what is one value within bounds, and what is stopped.
#include "crypto/strict_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace omegasafe::crypto;
using nlohmann::json;

namespace {

bool taken(std::string_view text, const json_bounds& bounds = {4, 20}) {
    return parse_json<json>(text, bounds).has_value();
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

} // namespace

TEST_CASE("JSON within its bounds is read as it stands", "[strict_json]") {
    CHECK(*parse_json<json>(R"( {"a":[1,-2,0.5,null,true,"x\u00e4"],"b":{"c":{}}} )", {4, 20}) ==
          json{{"a", {1, -2, 0.5, nullptr, true, "x\xc3\xa4"}}, {"b", {{"c", json::object()}}}});
    CHECK(taken("1"));
    CHECK(taken("[[[[]]]]"));
    CHECK(taken("[" + repeated("0,", 18) + "0]"));
}

TEST_CASE("JSON that is too deep or has too many values is stopped, however long it goes on", "[strict_json]") {
    CHECK_FALSE(taken("[[[[[]]]]]"));
    CHECK_FALSE(taken(R"({"a":{"a":{"a":{"a":{}}}}})"));
    CHECK_FALSE(taken("[" + repeated("0,", 19) + "0]"));
    CHECK_FALSE(taken(repeated("[", 10'000) + repeated("]", 10'000)));
    CHECK_FALSE(taken(repeated("{\"a\":", 10'000'000)));
    CHECK_FALSE(taken("[" + repeated("{},", 3'000'000) + "{}]"));
}

TEST_CASE("JSON has no byte order mark, no NUL, nothing behind it and no field twice", "[strict_json]") {
    CHECK_FALSE(taken("\xef\xbb\xbf{}"));
    CHECK_FALSE(taken(std::string_view{"{}\0", 3}));
    CHECK_FALSE(taken(std::string_view{"{}\0{", 4}));
    CHECK_FALSE(taken(std::string_view{"\0{}", 3}));
    CHECK_FALSE(taken(R"({"a":"\u0000"})"));
    CHECK_FALSE(taken(R"({"\u0000":1})"));
    CHECK_FALSE(taken("{}{}"));
    CHECK_FALSE(taken("{} x"));
    CHECK_FALSE(taken(R"({"a":1,"a":1})"));
    CHECK(taken(R"([{"a":1},{"a":1}])"));
    for (const auto* text : {"", " ", "{", "[1,]", "{\"a\"}", "\"\xff\"", "nul", "1e999"})
        CHECK_FALSE(taken(text));
}
