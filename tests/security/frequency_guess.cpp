#include "tests/security/frequency_guess.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

namespace omegasafe::test {

namespace {

/// Share of each byte value; values that never occurred count as half an occurrence.
std::array<double, 256> frequencies(std::span<const std::uint8_t> plain, std::span<const std::uint8_t> known) {
    std::array<double, 256> share{};
    share.fill(0.5);
    double sum = 128;
    for (std::size_t p = 0; p < plain.size(); ++p)
        if (known[p] != 0) {
            ++share[plain[p]];
            ++sum;
        }
    for (auto& of : share)
        of /= sum;
    return share;
}

/// The (at most) 256 largest classes, by number.
std::vector<std::uint32_t> largest_classes(const deduction& learned) {
    std::unordered_map<std::uint32_t, std::uint32_t> sizes;
    for (std::uint32_t i = 0; i < learned.nucleus_maps(); ++i)
        for (std::uint32_t x = 0; x < 256; ++x)
            ++sizes[learned.class_of(i, x)];
    std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
    for (const auto& [number, size] : sizes)
        if (size > 1) // else most are bytes that were never seen
            found.emplace_back(size, number);
    std::ranges::sort(found, std::greater{});
    std::vector<std::uint32_t> numbers;
    for (std::size_t k = 0; k < std::min<std::size_t>(found.size(), 256); ++k)
        numbers.push_back(found[k].second);
    return numbers;
}

} // namespace

frequency_guess::frequency_guess(
    const deduction& learned, std::span<const std::uint8_t> plain, std::span<const std::uint8_t> known)
    : n_(learned.nucleus_maps()) {
    const auto share = frequencies(plain, known);
    std::unordered_map<std::uint32_t, std::size_t> index;
    for (const auto number : largest_classes(learned))
        index.emplace(number, classes_++);
    byte_.assign(classes_ * n_, -1);
    likely_.resize(classes_ * n_);
    for (std::uint32_t i = 0; i < n_; ++i) {
        double rest = 1;
        std::size_t placed = 0;
        for (std::uint32_t x = 0; x < 256; ++x)
            if (const auto found = index.find(learned.class_of(i, x)); found != index.end()) {
                byte_[found->second * n_ + i] = static_cast<std::int16_t>(x);
                rest -= share[x];
                ++placed;
            }
        // What is left is shared out among the classes that no byte of this map was placed in.
        const double other = std::max(rest, 1e-9) / static_cast<double>(std::max<std::size_t>(256 - placed, 1));
        for (std::size_t k = 0; k < classes_; ++k) {
            const auto byte = byte_[k * n_ + i];
            likely_[k * n_ + i] =
                static_cast<float>(std::log(byte < 0 ? other : share[static_cast<std::size_t>(byte)]));
        }
    }
}

std::vector<std::optional<std::uint8_t>> frequency_guess::turn(std::span<const std::uint8_t> cipher_text) const {
    std::array<std::vector<std::size_t>, 256> places;
    for (std::size_t i = 0; i < cipher_text.size(); ++i)
        places[cipher_text[i]].push_back(i);
    std::vector<std::optional<std::uint8_t>> guesses(cipher_text.size());
    for (const auto& of_one_byte : places) {
        const float* best = nullptr;
        float best_score = 0;
        for (std::size_t k = 0; k < classes_; ++k) {
            float score = 0;
            for (const auto i : of_one_byte)
                score += likely_[k * n_ + i];
            if (best == nullptr || score > best_score) {
                best = &likely_[k * n_];
                best_score = score;
            }
        }
        if (best == nullptr)
            continue;
        const auto* bytes_of_best = &byte_[static_cast<std::size_t>(best - likely_.data())];
        for (const auto i : of_one_byte)
            if (bytes_of_best[i] >= 0)
                guesses[i] = static_cast<std::uint8_t>(bytes_of_best[i]);
    }
    return guesses;
}

} // namespace omegasafe::test
