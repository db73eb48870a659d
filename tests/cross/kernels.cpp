// Every kernel of this processor against two lines of the cipher's description, with nothing but the kernels linked:
// for processors that only an emulator runs here. Ends with 1 at the first difference.
#include "crypto/kernels/dispatch.hpp"
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>
#include <vector>

using namespace omegasafe::crypto;

namespace omegasafe::crypto {
// In place of crypto/secure_memory.cpp, which needs OpenSSL.
void wipe(void* data, std::size_t size) noexcept {
    std::fill_n(static_cast<volatile std::uint8_t*>(data), size, std::uint8_t{0});
}
} // namespace omegasafe::crypto

namespace {

using bytes = std::vector<std::uint8_t>;

struct chains {
    std::uint32_t nucleus_maps, rotor_maps, rotors;
    bytes maps, inverse; // nucleus, then the rotors

    cipher_run run(const bytes& nucleus_and_first, std::uint64_t first, const bytes& in, bytes& out) const {
        cipher_run made{
            nucleus_and_first.data(), {}, nucleus_maps, rotor_maps, rotors, first, in.data(), out.data(), in.size()};
        for (std::uint32_t i = 0; i < rotors; ++i)
            made.rotors[i] = (i == 0 ? nucleus_and_first : maps).data() + (nucleus_maps + i * rotor_maps) * map_size;
        return made;
    }

    std::uint8_t reference(std::uint64_t position, std::uint8_t byte) const {
        byte = maps[position % nucleus_maps * map_size + byte];
        position /= nucleus_maps;
        for (std::uint32_t i = 0; i < rotors; ++i, position /= rotor_maps)
            byte = maps[(nucleus_maps + i * rotor_maps + position % rotor_maps) * map_size + byte];
        return byte;
    }
};

chains draw(std::uint32_t nucleus_maps, std::uint32_t rotors, std::mt19937& random) {
    chains made{nucleus_maps, 403, rotors, {}, {}};
    made.maps.resize((nucleus_maps + rotors * made.rotor_maps) * map_size);
    made.inverse.resize(made.maps.size());
    for (std::size_t at = 0; at < made.maps.size(); at += map_size) {
        std::iota(made.maps.begin() + at, made.maps.begin() + at + map_size, std::uint8_t{0});
        std::shuffle(made.maps.begin() + at, made.maps.begin() + at + map_size, random);
        for (std::size_t x = 0; x < map_size; ++x)
            made.inverse[at + made.maps[at + x]] = static_cast<std::uint8_t>(x);
    }
    return made;
}

bool agrees(const kernel& subject, const chains& key, std::uint64_t first, const bytes& plain) {
    bytes expected(plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i)
        expected[i] = key.reference(first + i, plain[i]);
    bytes encrypted(plain.size());
    subject.encrypt(key.run(key.maps, first, plain, encrypted));
    bytes decrypted = encrypted; // in place
    subject.decrypt(key.run(key.inverse, first, decrypted, decrypted));
    return encrypted == expected && decrypted == plain;
}

} // namespace

int main() {
    std::mt19937 random(1);
    for (const kernel* subject : all_kernels())
        for (const std::uint32_t nucleus_maps : {390U, 400U, 512U, 977U}) {
            const chains key = draw(nucleus_maps, 2 + nucleus_maps % 3, random);
            for (int round = 0; round < 60; ++round) {
                bytes plain(random() % (round % 3 == 0 ? 3'000 : 330 * nucleus_maps));
                std::generate(plain.begin(), plain.end(), [&] { return static_cast<std::uint8_t>(random()); });
                const std::uint64_t first = random() % (std::uint64_t{nucleus_maps} * 403 * 400);
                if (agrees(*subject, key, first, plain))
                    continue;
                std::printf("%s differs: nucleus of %u maps, position %llu, %zu bytes\n", subject->name.data(),
                    nucleus_maps, static_cast<unsigned long long>(first), plain.size());
                return 1;
            }
        }
    for (const kernel_info& info : list_kernels())
        std::printf("%s agrees%s\n", info.name.data(), info.selected ? " (selected)" : "");
}
