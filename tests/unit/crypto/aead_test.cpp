#include "crypto/aead.hpp"

#include "hex.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <rapidcheck/catch.h>
#include <thread>
#include <vector>

using namespace omegasafe::crypto;
using omegasafe::test::from_hex;
using omegasafe::test::to_hex;
using bytes = std::vector<std::uint8_t>;

namespace {

aead_nonce nonce_of(const char* hex) {
    aead_nonce nonce{};
    const bytes from = from_hex(hex);
    std::copy_n(from.begin(), nonce.size(), nonce.begin());
    return nonce;
}

bytes seal(const bytes& key, const aead_nonce& nonce, const bytes& aad, const bytes& plain) {
    bytes out(plain.size() + aead_tag_size);
    aead_seal(key, nonce, aad, plain, out);
    return out;
}

struct vector {
    const char* key;
    const char* nonce;
    const char* aad;
    const char* plain;
    const char* sealed;
};

// The AES-256 cases 13 to 16 of the GCM specification that NIST adopted.
constexpr const char* zero_key = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr const char* long_key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr vector vectors[] = {
    {zero_key, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {zero_key, "000000000000000000000000", "", "00000000000000000000000000000000",
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {long_key, "cafebabefacedbaddecaf888", "",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
        "b094dac5d93471bdec1a502270e3cc6c"},
    {long_key, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"},
};

} // namespace

TEST_CASE("AES-256-GCM known answers", "[aead]") {
    for (const vector& v : vectors) {
        const bytes sealed = seal(from_hex(v.key), nonce_of(v.nonce), from_hex(v.aad), from_hex(v.plain));
        CHECK(to_hex(sealed) == v.sealed);
        bytes opened(sealed.size() - aead_tag_size);
        CHECK(aead_open(from_hex(v.key), nonce_of(v.nonce), from_hex(v.aad), sealed, opened));
        CHECK(to_hex(opened) == v.plain);
    }
}

TEST_CASE("changing any bit of anything is noticed and leaves no plain text", "[aead]") {
    const bytes key = from_hex(long_key);
    const aead_nonce nonce = nonce_of("cafebabefacedbaddecaf888");
    const bytes aad = from_hex("feedfacedeadbeef");
    const bytes sealed = seal(key, nonce, aad, from_hex("00112233445566778899aabbccddeeff0011"));
    const auto opens = [](const_byte_span k, const aead_nonce& n, const_byte_span a, const_byte_span s) {
        bytes out(s.size() - aead_tag_size, 0x77);
        const bool good = aead_open(k, n, a, s, out);
        if (!good)
            CHECK(std::count(out.begin(), out.end(), 0) == std::ssize(out));
        return good;
    };
    REQUIRE(opens(key, nonce, aad, sealed));
    const auto each_bit = [](auto changed, auto check) {
        for (std::size_t bit = 0; bit < changed.size() * 8; ++bit) {
            const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
            changed[bit / 8] ^= mask;
            CHECK_FALSE(check(changed));
            changed[bit / 8] ^= mask;
        }
    };
    each_bit(key, [&](const bytes& changed) { return opens(changed, nonce, aad, sealed); });
    each_bit(nonce, [&](const aead_nonce& changed) { return opens(key, changed, aad, sealed); });
    each_bit(aad, [&](const bytes& changed) { return opens(key, nonce, changed, sealed); });
    each_bit(sealed, [&](const bytes& changed) { return opens(key, nonce, aad, changed); });
    for (std::size_t size = aead_tag_size; size < sealed.size(); ++size)
        CHECK_FALSE(opens(key, nonce, aad, const_byte_span(sealed).first(size)));
    CHECK(opens(key, nonce, aad, sealed)); // a failure leaves nothing behind in the thread's context
}

TEST_CASE("too short or ill-sized calls", "[aead]") {
    const bytes key(aead_key_size);
    bytes out(16);
    for (std::size_t size = 0; size < aead_tag_size; ++size)
        CHECK_FALSE(aead_open(key, {}, {}, bytes(size), {}));
    CHECK_THROWS_AS(aead_seal(bytes(31), {}, {}, {}, out), std::invalid_argument);
    CHECK_THROWS_AS(aead_seal(key, {}, {}, bytes(1), out), std::invalid_argument);
    CHECK_THROWS_AS(aead_open(key, {}, {}, bytes(17), out), std::invalid_argument);
}

TEST_CASE("sealing and opening in place", "[aead]") {
    rc::prop("round trip", [](const bytes& plain, const bytes& aad) {
        const bytes key(aead_key_size, 3);
        bytes buffer = plain;
        buffer.resize(plain.size() + aead_tag_size);
        aead_seal(key, {}, aad, byte_span(buffer).first(plain.size()), buffer);
        RC_ASSERT(buffer == seal(key, {}, aad, plain));
        RC_ASSERT(aead_open(key, {}, aad, buffer, byte_span(buffer).first(plain.size())));
        RC_ASSERT(std::equal(plain.begin(), plain.end(), buffer.begin()));
    });
}

TEST_CASE("threads do not disturb each other's keys", "[aead]") {
    const auto work = [](std::uint8_t mark, bool& good) {
        const bytes key(aead_key_size, mark);
        const bytes plain(50, mark);
        bytes opened(plain.size());
        for (int i = 0; i < 20'000; ++i)
            good = good && aead_open(key, {}, {}, seal(key, {}, {}, plain), opened) && opened == plain;
    };
    bool good[4] = {true, true, true, true};
    std::vector<std::thread> threads;
    for (std::uint8_t i = 0; i < 4; ++i)
        threads.emplace_back(work, i, std::ref(good[i]));
    for (std::thread& thread : threads)
        thread.join();
    CHECK(std::all_of(std::begin(good), std::end(good), [](bool ok) { return ok; }));
}
