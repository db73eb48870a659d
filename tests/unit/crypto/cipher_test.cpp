#include "crypto/cipher.hpp"

#include "crypto/hash.hpp"
#include "crypto/kernels/dispatch.hpp"
#include "crypto/random.hpp"
#include "hex.hpp"
#include "reference_cipher.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <rapidcheck/catch.h>
#include <thread>
#include <vector>

using namespace omegasafe::crypto;
using omegasafe::test::reference_encrypt;
using bytes = std::vector<std::uint8_t>;

namespace {

std::shared_ptr<const key_material> make_key(const key_geometry& geometry) {
    return std::make_shared<const key_material>(key_material::generate(geometry));
}

/// A cipher that has its inverse maps already, so that short runs go through the kernel too.
std::shared_ptr<const cipher> make_ready_cipher(const key_geometry& geometry) {
    auto made = std::make_shared<const cipher>(make_key(geometry));
    bytes long_run(20'000);
    made->decrypt(0, long_run, long_run);
    return made;
}

/// One key for all tests of a boundary; nucleus and rotors differ in size so that they cannot be mixed up.
const cipher& shared_cipher() {
    static const auto shared = make_ready_cipher({100'000, 110'000, 3});
    return *shared;
}

/// Bytes whose period fits no power of two, so that swapped blocks show.
bytes pattern(std::size_t size) {
    bytes data(size);
    for (std::size_t i = 0; i < size; ++i)
        data[i] = static_cast<std::uint8_t>(i % 251);
    return data;
}

/// Runs `test` once under each kernel that this processor has, and says which one failed.
template <class Test>
void under_every_kernel(Test test) {
    for (const kernel* candidate : all_kernels())
        if (candidate->available()) {
            const forced_kernel force(*candidate);
            REQUIRE(selected_kernel().name == candidate->name);
            INFO("kernel " << candidate->name);
            test();
        }
}

/// Encrypts and decrypts `plain` at `first` between guard bytes at an odd alignment; true when all is as it should be.
bool agrees(const cipher& subject, std::uint64_t first, const bytes& plain, std::size_t offset, bool in_place) {
    constexpr std::uint8_t guard = 0xA5;
    const auto framed = [&](const bytes& content) {
        bytes frame(offset + content.size() + 64, guard);
        std::copy(content.begin(), content.end(), frame.begin() + offset);
        return frame;
    };
    const bytes expected = framed(reference_encrypt(subject.key(), first, plain));
    const bytes original = framed(plain);
    bytes in = original;
    bytes other(original.size(), guard);
    bytes& encrypted = in_place ? in : other;
    subject.encrypt(
        first, const_byte_span(in).subspan(offset, plain.size()), byte_span(encrypted).subspan(offset, plain.size()));
    if (encrypted != expected)
        return false;
    bytes fresh(original.size(), guard);
    bytes& decrypted = in_place ? encrypted : fresh;
    subject.decrypt(first, const_byte_span(encrypted).subspan(offset, plain.size()),
        byte_span(decrypted).subspan(offset, plain.size()));
    return decrypted == original;
}

/// A map chain from a formula: map `index` sends x to formula(x, index).
template <class Formula>
void fill_chain(std::uint8_t* chain, std::uint32_t maps, Formula formula) {
    for (std::uint32_t index = 0; index < maps; ++index)
        for (std::uint32_t x = 0; x < map_size; ++x)
            chain[index * map_size + x] = static_cast<std::uint8_t>(formula(x, index));
}

/// Key material that anyone can write down: the nucleus adds, rotor 1 multiplies, rotor 2 flips bits.
std::shared_ptr<const key_material> formula_key() {
    const key_geometry geometry{100'000, 110'000, 2};
    secure_bytes maps(geometry.material_bytes());
    std::uint8_t* rotors = maps.data() + geometry.nucleus_maps() * map_size;
    fill_chain(maps.data(), geometry.nucleus_maps(), [](auto x, auto i) { return x + i; });
    fill_chain(rotors, geometry.rotor_maps(), [](auto x, auto i) { return x * (2 * i + 1); });
    fill_chain(rotors + geometry.rotor_maps() * map_size, geometry.rotor_maps(), [](auto x, auto i) { return x ^ i; });
    return std::make_shared<const key_material>(geometry, std::move(maps));
}

} // namespace

TEST_CASE("the cipher goes nucleus, rotor 1, rotor 2 and counts like an odometer", "[cipher]") {
    const cipher subject(formula_key());
    const std::uint64_t n = 390;
    const std::uint64_t r = 429;
    const bytes plain = pattern(5000);
    for (const std::uint64_t first : {std::uint64_t{0}, n * r - 2500, n * r * r - 5000}) {
        bytes expected(plain.size());
        for (std::size_t i = 0; i < plain.size(); ++i) {
            const std::uint64_t p = first + i;
            expected[i] = static_cast<std::uint8_t>(((plain[i] + p % n) * (2 * (p / n % r) + 1)) ^ (p / (n * r) % r));
        }
        CHECK(reference_encrypt(subject.key(), first, plain) == expected);
        under_every_kernel([&] {
            bytes out(plain.size());
            subject.encrypt(first, plain, out);
            CHECK(out == expected);
        });
    }
}

TEST_CASE("every kernel agrees with the reference on anything", "[cipher]") {
    std::map<std::string, std::shared_ptr<const cipher>> made;
    under_every_kernel([&] {
        rc::prop(std::string(selected_kernel().name) + ": geometry, position, length, alignment", [&] {
            const auto chain = rc::gen::element<std::uint32_t>(100'000, 100'096, 101'000, 110'000, 131'072, 143'210);
            const key_geometry geometry{*chain, *chain, *rc::gen::inRange<std::uint32_t>(2, 5)};
            auto& subject = made[std::to_string(geometry.nucleus_bytes) + "/" + std::to_string(geometry.rotor_bytes) +
                                 "/" + std::to_string(geometry.rotors)];
            if (subject == nullptr)
                subject = make_ready_cipher(geometry);
            const auto size =
                *rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 200), rc::gen::inRange<std::size_t>(0, 3000),
                    rc::gen::inRange<std::size_t>(0, 60'000), rc::gen::inRange<std::size_t>(0, 200'000));
            const auto first =
                *rc::gen::resize(200, rc::gen::inRange<std::uint64_t>(0, geometry.capacity() - size + 1));
            bytes plain(size);
            random_fill(plain);
            RC_ASSERT(
                agrees(*subject, first, plain, *rc::gen::inRange<std::size_t>(0, 64), *rc::gen::arbitrary<bool>()));
        });
    });
}

TEST_CASE("every short length is right", "[cipher]") {
    under_every_kernel([] {
        for (std::size_t size = 0; size <= 130; ++size)
            for (const std::uint64_t first :
                {std::uint64_t{0}, std::uint64_t{389 - size / 2}, std::uint64_t{1'000'003}}) {
                CHECK(agrees(shared_cipher(), first, pattern(size), size % 9, false));
                CHECK(agrees(shared_cipher(), first, pattern(size), size % 7, true));
            }
    });
}

TEST_CASE("turns of the nucleus and of the rotors are crossed right", "[cipher]") {
    const key_geometry& geometry = shared_cipher().key().geometry();
    const std::uint64_t n = geometry.nucleus_maps();
    const std::uint64_t r = geometry.rotor_maps();
    under_every_kernel([&] {
        for (const std::uint64_t boundary : {n, n * r, n * r * r, 5 * n * r * r, 2 * n * r, 17 * n})
            for (const std::uint64_t before : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{65}, n - 1, n, n + 1})
                for (const std::size_t after : {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{n - 1},
                         std::size_t{n}, std::size_t{n + 1}}) {
                    const std::uint64_t first = boundary < before ? 0 : boundary - before;
                    CHECK(agrees(shared_cipher(), first, pattern(boundary - first + after), 1, before % 2 == 0));
                }
    });
}

TEST_CASE("the iteration can be used to its last position and no further", "[cipher]") {
    const cipher& subject = shared_cipher();
    const std::uint64_t capacity = subject.key().geometry().capacity();
    under_every_kernel([&] {
        for (const std::size_t size : {1, 7, 8, 389, 390, 391, 5000, 200'000})
            CHECK(agrees(subject, capacity - size, pattern(size), 3, false));
        CHECK(agrees(subject, capacity, {}, 0, true));
        const bytes in(100, 1);
        bytes out(100, 2);
        for (const std::uint64_t first :
            {capacity - 99, capacity, capacity + 1, ~std::uint64_t{0}, ~std::uint64_t{0} - 99}) {
            CHECK_THROWS_AS(subject.encrypt(first, in, out), std::out_of_range);
            CHECK_THROWS_AS(subject.decrypt(first, in, out), std::out_of_range);
        }
        CHECK_THROWS_AS(subject.encrypt(capacity + 1, {}, {}), std::out_of_range);
        CHECK(out == bytes(100, 2));
        CHECK_THROWS_AS(subject.encrypt(0, in, byte_span(out).first(99)), std::invalid_argument);
        CHECK_THROWS_AS(subject.decrypt(0, byte_span(out).first(99), out), std::invalid_argument);
    });
    CHECK_THROWS_AS(cipher(nullptr), std::invalid_argument);
}

TEST_CASE("tiles end anywhere: rows and columns around all sizes of registers, strips and blocks", "[cipher]") {
    for (const std::uint32_t columns : {391U, 399U, 400U, 401U, 415U, 416U, 447U, 448U, 449U, 512U, 513U, 577U}) {
        const auto subject = make_ready_cipher({columns * map_size, 100'000, 2});
        under_every_kernel([&] {
            for (const std::size_t rows : {3, 4, 5, 12, 15, 16, 17, 32, 33, 64, 65, 81})
                CHECK(agrees(*subject, 7 * columns, pattern(rows * columns), 3, rows % 2 == 0));
            for (const std::size_t begin : {1, 15, 64, 100, 390})
                for (const std::size_t end : {1, 63, 129, 390})
                    CHECK(agrees(*subject, begin, pattern(20 * columns - begin + end), 1, end == 63));
            for (const std::size_t rows : {319, 320, 321, 337})
                CHECK(agrees(*subject, columns - 1, pattern(rows * columns), 0, rows == 320));
        });
    }
}

TEST_CASE("presets and the largest keys agree with the reference on long runs", "[cipher]") {
    for (const key_geometry& geometry :
        {small_preset, medium_preset, big_preset, key_geometry{1'000'000, 100'000, 4}}) {
        const cipher subject(make_key(geometry));
        bytes plain(1'500'000);
        random_fill(plain);
        under_every_kernel([&] {
            CHECK(agrees(subject, 0, plain, 0, false));
            CHECK(agrees(subject, random_below(geometry.capacity() - plain.size()), plain, 5, true));
        });
    }
}

TEST_CASE("short runs are decrypted without the inverse maps too", "[cipher]") {
    const key_geometry geometry{100'000, 110'000, 3};
    const cipher fresh(make_key(geometry)); // no long run ever makes it build them
    const std::uint64_t rotor_turn = std::uint64_t{geometry.nucleus_maps()} * geometry.rotor_maps();
    for (const std::size_t size : {1, 2, 389, 390, 391, 5000, 16 * 1024})
        for (const std::uint64_t first : {std::uint64_t{0}, rotor_turn - size / 2, geometry.capacity() - size})
            CHECK(agrees(fresh, first, pattern(size), 1, size % 2 == 0));
}

TEST_CASE("the cipher runs the selected kernel and no other", "[cipher]") {
    static int encrypted = 0, decrypted = 0;
    const kernel counter{"counter", [] { return true; }, [](const cipher_run& run) { encrypted += run.out[0]; },
        [](const cipher_run& run) { decrypted += run.out[0]; }};
    const cipher& subject = shared_cipher();
    bytes data(1000, 1);
    const forced_kernel force(counter);
    subject.encrypt(0, data, data);
    CHECK(encrypted == 1);
    CHECK(decrypted == 0);
    subject.decrypt(0, data, data);
    CHECK(decrypted == 1);
    CHECK(data == bytes(1000, 1));
}

TEST_CASE("a range in pieces, in parallel, equals the whole", "[cipher]") {
    const cipher subject(make_key({100'000, 110'000, 2})); // fresh: the threads race to build the inverse nucleus
    const std::uint64_t first = 390 * 429 - 100'000;
    const bytes plain = pattern(400'000);
    const bytes expected = reference_encrypt(subject.key(), first, plain);
    const auto in_parallel = [&](const bytes& in, bytes& out, auto method) {
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < 4; ++i)
            threads.emplace_back([&, i] {
                for (std::size_t at = i * 20'011; at < in.size();
                     at += 4 * 20'011) { // long enough to need the inverse maps
                    const std::size_t size = std::min<std::size_t>(20'011, in.size() - at);
                    (subject.*method)(
                        first + at, const_byte_span(in).subspan(at, size), byte_span(out).subspan(at, size));
                }
            });
        for (std::thread& thread : threads)
            thread.join();
    };
    bytes encrypted(plain.size());
    in_parallel(plain, encrypted, &cipher::encrypt);
    CHECK(encrypted == expected);
    bytes decrypted(plain.size());
    in_parallel(encrypted, decrypted, &cipher::decrypt);
    CHECK(decrypted == plain);
}

TEST_CASE("the cipher's output never changes between versions", "[cipher]") {
    const cipher subject(formula_key());
    bytes out(1'000'000);
    subject.encrypt(123'456, pattern(out.size()), out);
    CHECK(
        omegasafe::test::to_hex(sha256::of(out)) == "3648b1a1648ff34751ffbff3a48729fd395e88af8626de58c6344d9e5ef69162");
}
