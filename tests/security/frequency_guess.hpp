// The attack with statistics, in its simplest form: reading turns of which not one byte is known.
//
// Once enough plaintext is known, deduction has sorted the values of all nucleus maps into classes, and about 256 large
// classes are left: the values between nucleus and rotors. What a new turn hides is one permutation: which encrypted
// byte stands for which class. For each encrypted byte, this takes the class that makes the bytes it stands for
// likeliest by the frequencies of the known text, one byte at a time. Words, neighbouring bytes and the fact that no
// two encrypted bytes stand for one class are not used; whoever uses them reads more.
#pragma once

#include "tests/security/deduction.hpp"

namespace omegasafe::test {

class frequency_guess {
public:
    /// Frequencies are counted in the bytes of `plain` where `known` is not 0.
    frequency_guess(const deduction& learned, std::span<const std::uint8_t> plain, std::span<const std::uint8_t> known);

    /// Guesses for one whole turn of the nucleus. Nothing where the likeliest class says nothing about that nucleus
    /// map.
    std::vector<std::optional<std::uint8_t>> turn(std::span<const std::uint8_t> cipher_text) const;

private:
    std::size_t n_;
    std::size_t classes_ = 0;
    std::vector<std::int16_t> byte_; // for each class and nucleus map: the plain byte, or -1
    std::vector<float> likely_;      // and the logarithm of how likely that class is there
};

} // namespace omegasafe::test
