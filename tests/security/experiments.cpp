#include "tests/security/experiments.hpp"

#include "tests/security/frequency_guess.hpp"
#include <algorithm>
#include <numeric>

namespace omegasafe::test {

namespace {

/// First byte of the first nucleus turn that begins at or behind `beginning`.
std::size_t next_turn(const crypto::key_geometry& geometry, std::size_t beginning) {
    const std::size_t n = geometry.nucleus_maps();
    return (beginning + n - 1) / n * n;
}

/// Reads one in `step` of the unknown bytes of [first, last).
tally read_range(const deduction& learned, const bytes& text, const bytes& known, std::size_t first, std::size_t last,
    std::size_t step) {
    tally result;
    for (auto p = first; p < last; p += step) {
        if (known[p] != 0)
            continue;
        ++result.tried;
        if (const auto read = learned.read(p))
            ++(*read == text[p] ? result.right : result.wrong);
    }
    return result;
}

} // namespace

crypto::cipher seeded_cipher(const crypto::key_geometry& geometry, generator& random) {
    crypto::secure_bytes maps(static_cast<std::size_t>(geometry.material_bytes()));
    for (std::size_t map = 0; map < maps.size(); map += crypto::map_size) {
        const auto entries = maps.span().subspan(map, crypto::map_size);
        std::iota(entries.begin(), entries.end(), std::uint8_t{0});
        for (std::size_t last = crypto::map_size - 1; last > 0; --last)
            std::swap(entries[last], entries[below(random, last + 1)]);
    }
    return crypto::cipher(std::make_shared<const crypto::key_material>(geometry, std::move(maps)));
}

bytes encrypted(const crypto::cipher& cipher, const bytes& text) {
    bytes out(text.size());
    cipher.encrypt(0, text, out);
    return out;
}

tally& tally::operator+=(const tally& other) {
    tried += other.tried;
    right += other.right;
    wrong += other.wrong;
    return *this;
}

std::size_t size_of_runs(const crypto::key_geometry& geometry, std::size_t beginning, std::size_t turns) {
    return next_turn(geometry, beginning) + turns * geometry.nucleus_maps();
}

tally known_runs(const crypto::cipher& cipher, const bytes& text, std::size_t beginning, std::size_t run,
    std::size_t turns, generator& random) {
    const auto& geometry = cipher.key().geometry();
    const std::size_t n = geometry.nucleus_maps();
    const auto first = next_turn(geometry, beginning);
    bytes known(text.size(), 0);
    std::fill_n(known.begin(), beginning, 1);
    for (std::size_t turn = 0; turn < turns; ++turn)
        std::fill_n(known.begin() + first + turn * n + below(random, n - run + 1), run, 1);
    const auto cipher_text = encrypted(cipher, text);
    return read_range({geometry, cipher_text, text, known}, text, known, first, first + turns * n, 1);
}

tally known_scattered(const crypto::cipher& cipher, const bytes& text, unsigned per_mille, generator& random) {
    bytes known(text.size());
    std::ranges::generate(known, [&] { return below(random, 1'000) < per_mille ? 1 : 0; });
    const auto cipher_text = encrypted(cipher, text);
    return read_range({cipher.key().geometry(), cipher_text, text, known}, text, known, 0, text.size(), 1);
}

tally next_rotor_turn(const crypto::cipher& cipher, const bytes& text, std::size_t more) {
    const auto turn = text.size() / 2;
    bytes known(text.size(), 0);
    std::fill_n(known.begin(), turn + more, 1);
    const auto cipher_text = encrypted(cipher, text);
    return read_range({cipher.key().geometry(), cipher_text, text, known}, text, known, turn + more, text.size(), 97);
}

tally by_frequency(const crypto::cipher& cipher, const bytes& text, std::size_t beginning, std::size_t turns) {
    const auto& geometry = cipher.key().geometry();
    const std::size_t n = geometry.nucleus_maps();
    const auto first = next_turn(geometry, beginning);
    bytes known(text.size(), 0);
    std::fill_n(known.begin(), beginning, 1);
    const auto cipher_text = encrypted(cipher, text);
    const frequency_guess guesses({geometry, cipher_text, text, known}, text, known);
    tally result;
    for (auto turn = first; turn < first + turns * n; turn += n) {
        const auto guessed = guesses.turn(std::span(cipher_text).subspan(turn, n));
        result.tried += n;
        for (std::size_t i = 0; i < n; ++i)
            if (guessed[i])
                ++(*guessed[i] == text[turn + i] ? result.right : result.wrong);
    }
    return result;
}

} // namespace omegasafe::test
