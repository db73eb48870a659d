// Every kernel against the ten-line reference on one input: the first difference stops the fuzzer.
//
// Input: 1 byte key, 1 byte place of the range, 1 byte alignment and flags, 3 bytes length, 8 bytes position, then the
// data, which is repeated to the length: kernels that take many turns at once need more bytes than a fuzzer invents.
#include "crypto/cipher.hpp"
#include "crypto/kernels/dispatch.hpp"
#include "tests/unit/crypto/reference_cipher.hpp"
#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <random>
#include <vector>

using namespace omegasafe::crypto;

namespace {

constexpr std::array geometries{key_geometry{100'000, 100'000, 2}, key_geometry{100'100, 123'456, 3},
    key_geometry{131'072, 100'000, 4}, key_geometry{250'000, 250'000, 3}};
constexpr std::size_t header_size = 14;
constexpr std::uint64_t most_bytes = 160'000; // 410 turns of the smallest nucleus: more than a block of any kernel

/// The same keys in every process, so that a saved input fails again.
std::shared_ptr<const key_material> fixed_key(const key_geometry& geometry) {
    std::mt19937_64 random(geometry.nucleus_bytes + geometry.rotors);
    secure_bytes maps(geometry.material_bytes());
    for (std::size_t at = 0; at < maps.size(); at += map_size) {
        std::iota(maps.data() + at, maps.data() + at + map_size, std::uint8_t{0});
        std::shuffle(maps.data() + at, maps.data() + at + map_size, random);
    }
    return std::make_shared<const key_material>(geometry, std::move(maps));
}

/// Every second one has its inverse maps from the start; the others decrypt short runs without.
const cipher& cached_cipher(std::size_t index) {
    static const auto made = [] {
        std::array<std::shared_ptr<const cipher>, 2 * geometries.size()> ciphers;
        for (std::size_t i = 0; i < ciphers.size(); ++i) {
            ciphers[i] = std::make_shared<const cipher>(fixed_key(geometries[i / 2]));
            if (i % 2 == 0)
                continue;
            std::vector<std::uint8_t> long_run(most_bytes);
            ciphers[i]->decrypt(0, long_run, long_run);
        }
        return ciphers;
    }();
    return *made[index % made.size()];
}

std::uint64_t number(const std::uint8_t* data, std::size_t bytes) {
    return std::accumulate(
        data, data + bytes, std::uint64_t{0}, [](std::uint64_t value, std::uint8_t byte) { return value << 8 | byte; });
}

/// Anywhere, or where kernels go wrong: around a turn of the nucleus or of a rotor, or at the end of the iteration.
std::uint64_t place(std::uint8_t kind, std::uint64_t drawn, std::uint64_t size, const key_geometry& geometry) {
    const std::uint64_t latest = geometry.capacity() - size;
    const std::uint64_t n = geometry.nucleus_maps();
    const std::uint64_t r = geometry.rotor_maps();
    const auto before = [&](std::uint64_t turn) {
        const std::uint64_t boundary = (drawn >> 16) % (geometry.capacity() / turn) * turn;
        return std::min(latest, boundary - std::min(boundary, (drawn & 0xFFFF) % (size + 2)));
    };
    switch (kind % 5) {
    case 0:
        return before(n);
    case 1:
        return before(n * r);
    case 2:
        return before(n * r * r);
    case 3:
        return latest;
    default:
        return drawn % (latest + 1);
    }
}

void require(bool holds) {
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size <= header_size)
        return 0;
    const cipher& subject = cached_cipher(data[0]);
    const std::size_t offset = data[2] & 63U;
    const bool in_place = (data[2] & 64U) != 0;
    const const_byte_span seed{data + header_size, size - header_size};
    std::vector<std::uint8_t> plain(number(data + 3, 3) % (most_bytes + 1));
    for (std::size_t i = 0; i < plain.size(); ++i)
        plain[i] = seed[i % seed.size()];
    const std::uint64_t first = place(data[1], number(data + 6, 8), plain.size(), subject.key().geometry());
    const std::vector<std::uint8_t> expected = omegasafe::test::reference_encrypt(subject.key(), first, plain);

    for (const kernel* choice : all_kernels()) {
        if (!choice->available())
            continue;
        const forced_kernel force(*choice);
        std::vector<std::uint8_t> in(offset + plain.size());
        std::vector<std::uint8_t> other(in.size());
        std::copy(plain.begin(), plain.end(), in.begin() + offset);
        const byte_span source = byte_span(in).subspan(offset);
        const byte_span target = in_place ? source : byte_span(other).subspan(offset);
        subject.encrypt(first, source, target);
        require(std::equal(target.begin(), target.end(), expected.begin()));
        subject.decrypt(first, target, source);
        require(std::equal(source.begin(), source.end(), plain.begin()));
    }
    return 0;
}
