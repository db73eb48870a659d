// The experiments with an attacker who reads: each encrypts a text, hides most of it, and counts what comes back.
#pragma once

#include "crypto/cipher.hpp"
#include "tests/security/plaintext.hpp"

namespace omegasafe::test {

/// A key whose maps come from the seeded generator, so that a run can be repeated; the attack does not use that.
crypto::cipher seeded_cipher(const crypto::key_geometry& geometry, generator& random);

/// `text` encrypted from position 0 on.
bytes encrypted(const crypto::cipher& cipher, const bytes& text);

/// Unknown bytes that were tried, and how they came out.
struct tally {
    std::uint64_t tried = 0;
    std::uint64_t right = 0;
    std::uint64_t wrong = 0;

    double percent() const { return tried == 0 ? 0 : 100.0 * static_cast<double>(right) / static_cast<double>(tried); }
    tally& operator+=(const tally& other);
};

/// Known: the first `beginning` bytes, and a run of `run` bytes somewhere in each of the `turns` whole nucleus turns
/// behind them. Tried: all other bytes of those turns. `text` reaches to their end, see size_of_runs.
tally known_runs(const crypto::cipher& cipher, const bytes& text, std::size_t beginning, std::size_t run,
    std::size_t turns, generator& random);
std::size_t size_of_runs(const crypto::key_geometry& geometry, std::size_t beginning, std::size_t turns);

/// Known: `per_mille` of the bytes, anywhere. Tried: all others.
tally known_scattered(const crypto::cipher& cipher, const bytes& text, unsigned per_mille, generator& random);

/// Known: all of the first turn of rotor 1, and the first `more` bytes of the second. Tried: one in 97 bytes of the
/// rest of the second. `text` has two turns of rotor 1.
tally next_rotor_turn(const crypto::cipher& cipher, const bytes& text, std::size_t more);

/// Known: the first `beginning` bytes and nothing else. Tried, by frequencies: all bytes of the next `turns` whole
/// nucleus turns. A wrong guess is no error here.
tally by_frequency(const crypto::cipher& cipher, const bytes& text, std::size_t beginning, std::size_t turns);

} // namespace omegasafe::test
