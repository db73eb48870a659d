#include "crypto/hash.hpp"

#include "hex.hpp"
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe::crypto;
using omegasafe::test::to_hex;

TEST_CASE("SHA-256 known answers", "[hash]") {
    CHECK(to_hex(sha256::of({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256::of(as_bytes("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256::of(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(to_hex(sha256::of(as_bytes(std::string(1'000'000, 'a')))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 does not see how the data was cut", "[hash]") {
    CHECK(sha256().finish() == sha256::of({}));
    rc::prop("pieces equal the whole", [](const std::vector<std::string>& pieces) {
        sha256 in_pieces;
        std::string whole;
        for (const std::string& piece : pieces) {
            in_pieces.update(as_bytes(piece));
            whole += piece;
        }
        RC_ASSERT(in_pieces.finish() == sha256::of(as_bytes(whole)));
    });
}

TEST_CASE("XXH3-128 in canonical order", "[hash]") {
    CHECK(to_hex(xxh3_128({}, 0)) == "99aa06d3014798d86001c324468d497f");
    CHECK(to_hex(xxh3_128(as_bytes("abc"), 0)) == "06b05ab6733a618578af5f94892f3950");
    CHECK(xxh3_128(as_bytes("abc"), 1) != xxh3_128(as_bytes("abc"), 0));
}
