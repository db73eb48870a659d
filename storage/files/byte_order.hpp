// Little-endian integers in file formats, whatever the processor.
#pragma once

#include <cstddef>
#include <cstdint>

namespace omegasafe::storage {

/// Writes sizeof(T) bytes to `out`.
template <typename T>
void store_le(std::uint8_t* out, T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
        out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

/// Reads sizeof(T) bytes from `in`.
template <typename T>
T load_le(const std::uint8_t* in) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>(value | static_cast<T>(T{in[i]} << (8 * i)));
    return value;
}

} // namespace omegasafe::storage
