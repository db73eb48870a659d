// Texts of others on a terminal and in JSON: nothing steers, nothing is lost.
#include "crypto/shown_text.hpp"
#include "crypto/text_encoding.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe::crypto;
using json = nlohmann::ordered_json;

TEST_CASE("text that steers nothing is shown as it is", "[shown_text]") {
    for (const auto* text : {"", "plain text", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91", "\\x1b", "\xc2\xa0",
             "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xef\xbf\xbd"})
        CHECK(shown_line(text) == text);
}

TEST_CASE("control characters, C1 as characters and as bytes, are shown as escapes", "[shown_text]") {
    CHECK(shown_line("\x1b[2Jwiped\r\a\n\t") == R"(\x1b[2Jwiped\x0d\x07\x0a\x09)");
    CHECK(shown_line(std::string_view{"a\0b", 3}) == R"(a\x00b)");
    CHECK(shown_line("\x7f") == R"(\u007f)");
    CHECK(shown_line("\xc2\x9b"
                     "2J\xc2\x80\xc2\x9f") == R"(\u009b2J\u0080\u009f)");
    CHECK(shown_line("\x9b"
                     "2J\x80\x9f\xff\xc3") == R"(\x9b2J\x80\x9f\xff\xc3)");
    CHECK(shown_line("\xed\xa0\x80") == R"(\xed\xa0\x80)");
}

TEST_CASE("marks that turn the direction of writing are shown as escapes", "[shown_text]") {
    CHECK(shown_line("invoice\xe2\x80\xae"
                     "fdp.exe") == R"(invoice\u202efdp.exe)");
    for (const auto* mark :
        {"\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa7",
            "\xe2\x81\xa8", "\xe2\x81\xa9", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xd8\x9c", "\xe2\x80\xa8", "\xe2\x80\xa9"})
        CHECK(shown_line(mark).substr(0, 2) == "\\u");
}

TEST_CASE("only texts of our own have several lines", "[shown_text]") {
    CHECK(shown_lines("one\ntwo\x1b") == "one\ntwo\\x1b");
    CHECK(shown_line("one\nomegasafe: error: two") == R"(one\x0aomegasafe: error: two)");
}

TEST_CASE("property: what is shown is one line of UTF-8 that steers nothing, and shown again stays", "[shown_text]") {
    rc::prop("of any bytes", [](const std::string& text) {
        const auto shown = shown_line(text);
        RC_ASSERT(is_plain_text(shown));
        RC_ASSERT(shown_line(shown) == shown);
    });
}

TEST_CASE("JSON keeps its texts, though none of them steers", "[shown_text]") {
    const json value{{"name", "a\xc2\x9b"
                              "b\x7f\xe2\x80\xae\x1b\n"},
        {"list", {1, "\xd8\x9c"}}};
    const auto text = shown_json(value.dump(2));
    CHECK(text.find("\xc2\x9b") == std::string::npos);
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
    CHECK(text.find('\x7f') == std::string::npos);
    CHECK(json::parse(text) == value);
}

TEST_CASE("a text of JSON that is no UTF-8 has its exact bytes beside it", "[shown_text]") {
    const json value{{"path", "caf\xe9"}, {"size", 1}, {"in", {{"name", "\xff"}}}, {"good", {"a"}},
        {"all", {"\xe9", json{{"x", "\x80"}}, 2}}};
    const auto exact = with_exact_bytes(value);
    CHECK(exact.dump() == "{\"path\":\"caf\xef\xbf\xbd\",\"path_base64\":\"Y2Fm6Q==\",\"size\":1,"
                          "\"in\":{\"name\":\"\xef\xbf\xbd\",\"name_base64\":\"/w==\"},\"good\":[\"a\"],"
                          "\"all\":[\"\xef\xbf\xbd\",{\"x\":\"\xef\xbf\xbd\",\"x_base64\":\"gA==\"},2],"
                          "\"all_base64\":[\"6Q==\",null,null]}");
    const json good{{"path", "caf\xc3\xa9"}, {"list", {{{"a", nullptr}}}}};
    CHECK(with_exact_bytes(good) == good);
}
