// The attack without statistics: what follows for certain from known plaintext.
//
// A byte x at position p becomes c = S_s(A_j(N_i(x))): N_i is nucleus map i = p mod n, A_j is map j = floor(p / n) mod
// r of rotor 1, S_s is everything behind it, which stays for n * r positions: s = floor(p / (n * r)). The attacker
// knows i, j and s of every byte, because the start position of a file is not secret.
//
// A known byte says: A_j sends the value (i, x), which is N_i(x), to the value (s, c), which is S_s^-1(c). Nobody
// learns these values themselves, but which of them are equal:
//   two known bytes with equal (i, x) under one A_j have equal (s, c), because a map has one result;
//   two known bytes with equal (s, c) under one A_j have equal (i, x), because maps are permutations.
// Values found equal are joined into classes, until nothing more follows. An unknown byte is read when the class of its
// (s, c) leads back through A_j to a class that has some (i, x) of the byte's own i: then it is that x.
//
// That no two bytes of one nucleus map are equal rules out more values; this is not used.
#pragma once

#include "crypto/geometry.hpp"
#include "tests/security/plaintext.hpp"
#include <optional>
#include <span>

namespace omegasafe::test {

/// Values joined into classes.
class value_classes {
public:
    explicit value_classes(std::size_t count);
    std::uint32_t find(std::uint32_t value);
    /// True when they were not one class before.
    bool join(std::uint32_t a, std::uint32_t b);

private:
    std::vector<std::uint32_t> parent_;
};

class deduction {
public:
    /// What the attacker has: the encrypted bytes at positions 0, 1, 2 ... of an iteration, and the plain bytes where
    /// `known` is not 0. No other byte of `plain` is looked at.
    deduction(const crypto::key_geometry& geometry, std::span<const std::uint8_t> cipher_text,
        std::span<const std::uint8_t> plain, std::span<const std::uint8_t> known);

    /// The plain byte at a position, when it follows.
    std::optional<std::uint8_t> read(std::uint64_t position) const;
    /// The encrypted byte that will decrypt to `x` at a position, when it follows: what a forger puts there.
    std::optional<std::uint8_t> write(std::uint64_t position, std::uint8_t x) const;

    std::uint32_t nucleus_maps() const { return n_; }
    /// Class of (i, x); classes of different maps can be equal.
    std::uint32_t class_of(std::uint32_t i, std::uint32_t x) const { return inner_[i * 256 + x]; }

private:
    struct place {
        std::uint32_t i, j, s;
    };
    place place_of(std::uint64_t position) const;

    std::uint32_t n_;
    std::uint32_t r_;
    std::uint32_t outer_count_; // different s
    std::span<const std::uint8_t> cipher_text_;
    std::vector<std::uint32_t> inner_;   // class of each (i, x)
    std::vector<std::uint32_t> outer_;   // class of each (s, c)
    std::vector<std::uint32_t> through_; // for each j and class of (s, c): class of (i, x) plus 1, or 0
};

} // namespace omegasafe::test
