#include "crypto/text_encoding.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>
#include <vector>

using namespace omegasafe::crypto;

namespace {

std::string base64_of(std::string_view text, base64_alphabet alphabet) {
    return std::string{to_base64(as_bytes(text), alphabet).text()};
}

bool is_base64(std::string_view text, base64_alphabet alphabet) {
    return from_base64(text, alphabet).has_value();
}

} // namespace

TEST_CASE("base64 is that of RFC 4648", "[text_encoding]") {
    const std::vector<std::pair<std::string, std::string>> vectors{{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, text] : vectors) {
        CHECK(base64_of(plain, base64_alphabet::standard) == text);
        CHECK(base64_of(plain, base64_alphabet::url) == text.substr(0, text.find('=')));
        CHECK(from_base64(text, base64_alphabet::standard).value().text() == plain);
    }
    CHECK(base64_of("\xfb\xff", base64_alphabet::standard) == "+/8=");
    CHECK(base64_of("\xfb\xff", base64_alphabet::url) == "-_8");
    for (const auto* bad :
        {"Zg", "Zg=", "Zg===", "Zh==", "Z", "Z===", "=", "====", "Zm9v=", "Zm 9", "Zm9v\n", "-_8=", "Zg==Zg=="})
        CHECK(!is_base64(bad, base64_alphabet::standard));
    for (const auto* bad : {"Zg==", "Zh", "+/8", "Z"})
        CHECK(!is_base64(bad, base64_alphabet::url));
    rc::prop("reads what it writes", [](const std::string& bytes) {
        for (const auto alphabet : {base64_alphabet::standard, base64_alphabet::url})
            RC_ASSERT(from_base64(base64_of(bytes, alphabet), alphabet).value().text() == bytes);
    });
}

TEST_CASE("hexadecimal has two digits a byte", "[text_encoding]") {
    CHECK(to_hexadecimal({}).empty());
    CHECK(to_hexadecimal(std::vector<std::uint8_t>{0x00, 0x0f, 0xa9, 0xff}) == "000fa9ff");
}

TEST_CASE("only ASCII letters have a lower case", "[text]") {
    CHECK(lower_case("") == "");
    CHECK(lower_case("AZ@[az`{09-\xc3\x84") == "az@[az`{09-\xc3\x84");
}

TEST_CASE("percent-encoding: plain bytes stay, all others become upper-case hexadecimal", "[text_encoding]") {
    CHECK(percent_encoded("a/b c~\xc3\xa4", false) == "a%2Fb%20c~%C3%A4");
    CHECK(percent_encoded("a/b", true) == "a/b");
    rc::prop("its length and alphabet", [](const std::string& text) {
        const auto encoded = percent_encoded(text, false);
        RC_ASSERT(encoded.size() >= text.size());
        RC_ASSERT(percent_decoded(encoded) == text);
        RC_ASSERT(encoded.find_first_of(" /+?&=\n") == std::string::npos);
    });
}

TEST_CASE("percent-decoding takes whole escapes only", "[text_encoding]") {
    CHECK(percent_decoded("a%2fb%2F+") == "a/b/+");
    CHECK(percent_decoded("") == "");
    for (const auto* bad : {"%", "%2", "a%", "%g0", "%0g", "%%41"})
        CHECK(percent_decoded(bad) == std::nullopt);
}

TEST_CASE("plain text is UTF-8 without control characters", "[text_encoding]") {
    for (const auto* text :
        {"", "a key", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x94\x91", "\xf4\x8f\xbf\xbf", "\xee\x80\x80"})
        CHECK(is_plain_text(text));
    for (const auto* text :
        {"\n", "a\x7f", "\xff", "\xc3", "\xc3(", "\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80",
            "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82"})
        CHECK_FALSE(is_plain_text(text));
    CHECK_FALSE(is_plain_text(std::string_view{"a\0b", 3}));
}
