#include "crypto/kdf.hpp"

#include "hex.hpp"
#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace omegasafe::crypto;
using omegasafe::test::from_hex;
using omegasafe::test::to_hex;

// RFC 7914 section 12 prints 64 bytes; the first 32 do not depend on how many are asked for.
TEST_CASE("scrypt known answers", "[kdf]") {
    CHECK(to_hex(scrypt(as_bytes("password"), as_bytes("NaCl"), {10, 8, 16})) ==
          "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162");
    CHECK(to_hex(scrypt(as_bytes("pleaseletmein"), as_bytes("SodiumChloride"), {14, 8, 1})) ==
          "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
}

TEST_CASE("scrypt takes empty passwords and the default cost", "[kdf]") {
    CHECK(
        to_hex(scrypt({}, as_bytes("salt"), {10, 1, 1})) == to_hex(scrypt(as_bytes(""), as_bytes("salt"), {10, 1, 1})));
    CHECK(to_hex(scrypt({}, as_bytes("salt"), {10, 1, 1})) !=
          to_hex(scrypt(as_bytes("x"), as_bytes("salt"), {10, 1, 1})));
    CHECK(scrypt(as_bytes("x"), as_bytes("salt"), {}).size() == 32);
}

TEST_CASE("scrypt costs that could exhaust memory or time are refused", "[kdf]") {
    CHECK(acceptable({}));
    CHECK(acceptable({10, 1, 1}));
    CHECK(acceptable({15, 16, 8})); // exactly 64 MiB and 2^22
    CHECK(acceptable({19, 1, 8}));
    for (const scrypt_cost& bad : {scrypt_cost{9, 8, 1}, scrypt_cost{21, 1, 1}, scrypt_cost{15, 0, 1},
             scrypt_cost{10, 33, 1}, scrypt_cost{15, 8, 0}, scrypt_cost{15, 8, 17}, scrypt_cost{15, 17, 1},
             scrypt_cost{16, 16, 1}, scrypt_cost{15, 16, 9}, scrypt_cost{20, 8, 1}, scrypt_cost{255, 255, 255}}) {
        CHECK_FALSE(acceptable(bad));
        CHECK_THROWS_AS(scrypt(as_bytes("x"), as_bytes("salt"), bad), std::invalid_argument);
    }
}

TEST_CASE("HKDF-SHA256 known answers", "[kdf]") {
    const auto text = [](const std::vector<std::uint8_t>& bytes) { return std::string(bytes.begin(), bytes.end()); };
    const auto count_up = [](unsigned from, unsigned to) {
        std::vector<std::uint8_t> bytes;
        for (unsigned i = from; i <= to; ++i)
            bytes.push_back(static_cast<std::uint8_t>(i));
        return bytes;
    };
    const std::vector<std::uint8_t> secret(22, 0x0b); // RFC 5869, cases 1 to 3
    CHECK(to_hex(hkdf_sha256(secret, count_up(0, 0x0c), text(count_up(0xf0, 0xf9)), 42)) ==
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    CHECK(to_hex(hkdf_sha256(count_up(0, 0x4f), count_up(0x60, 0xaf), text(count_up(0xb0, 0xff)), 82)) ==
          "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
          "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
    CHECK(to_hex(hkdf_sha256(secret, {}, "", 42)) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    CHECK(hkdf_sha256(secret, {}, "").size() == 32);
    CHECK(hkdf_sha256(secret, {}, "", 8160).size() == 8160);
    CHECK_THROWS_AS(hkdf_sha256(secret, {}, "", 8161), std::invalid_argument);
    CHECK_THROWS_AS(hkdf_sha256(secret, {}, "", 0), std::invalid_argument);
}

TEST_CASE("HKDF-SHA256 of a secret that is not copied gives the same", "[kdf]") {
    const std::vector<std::uint8_t> large(300'000, 0x5a), small(1, 7), salt(16, 9);
    for (const auto& secret : {large, small})
        for (const auto* info : {"", "omegasafe"})
            CHECK(to_hex(hkdf_sha256_in_place(secret, salt, info)) == to_hex(hkdf_sha256(secret, salt, info)));
}

TEST_CASE("generated passwords are recognised and differ", "[kdf]") {
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) {
        const secure_bytes password = generate_password();
        CHECK(password.size() == 10 + 43 + 6);
        CHECK(password.text().starts_with("omegasafe-"));
        CHECK(is_generated_password(password.text()));
        CHECK(seen.insert(std::string(password.text())).second);
    }
}

TEST_CASE("every character of a generated password counts", "[kdf]") {
    const secure_bytes password = generate_password();
    const std::string good(password.text());
    for (std::size_t at = 0; at < good.size(); ++at)
        for (const char other : std::string_view("AZaz09-_+ ")) {
            std::string altered = good;
            altered[at] = other;
            CHECK(is_generated_password(altered) == (altered == good));
        }
    CHECK_FALSE(is_generated_password(""));
    CHECK_FALSE(is_generated_password("omegasafe-"));
    CHECK_FALSE(is_generated_password(good + "A"));
    CHECK_FALSE(is_generated_password(good.substr(0, good.size() - 1)));
    CHECK_FALSE(is_generated_password(good.substr(10)));
}

TEST_CASE("a right check does not make other text a generated password", "[kdf]") {
    const std::string body = "omegasaff-" + std::string(43, 'A');
    CHECK_FALSE(is_generated_password(body + "0ICY7q"));
    const std::string spaced = "omegasafe-" + std::string(42, 'A') + " ";
    CHECK_FALSE(is_generated_password(spaced + "rQURMw"));
}

TEST_CASE("generated passwords of this format stay recognised", "[kdf]") {
    // 32 zero bytes; the check is the first 36 bits of SHA-256("omegasafe-AAA...A").
    const std::string body = "omegasafe-" + std::string(43, 'A');
    CHECK(is_generated_password(body + "SUVzi-"));
}
