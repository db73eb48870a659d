// Plain texts for the experiments: of any length, never repeating, the same for the same seed on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace omegasafe::test {

using bytes = std::vector<std::uint8_t>;
using generator = std::mt19937_64; // not the standard distributions: they differ between libraries

/// 0 .. bound-1. The bias of the remainder is below 2^-50 for the bounds used here.
inline std::uint64_t below(generator& random, std::uint64_t bound) {
    return random() % bound;
}

/// Sentences and paragraphs of common English words drawn by Zipf's law, with capitals, punctuation and numbers.
bytes english_text(std::size_t size, generator& random);

/// A table of 64-byte records as programs write them: counters, small integers, flags, padding, a name, a double.
bytes binary_records(std::size_t size, generator& random);

/// Uniform bytes: what archives, pictures and other compressed files look like.
bytes compressed_data(std::size_t size, generator& random);

/// A file's content, repeated until it has `size` bytes. Throws std::runtime_error when it cannot be read or is empty.
bytes from_file(const std::string& path, std::size_t size);

} // namespace omegasafe::test
