// Wiping, comparing and viewing bytes; the blocks themselves are in the public header.
#pragma once

#include <omegasafe/secret.hpp>
#include <string>

namespace omegasafe::crypto {

using omegasafe::byte_span;
using omegasafe::const_byte_span;
using omegasafe::secure_bytes;

/// Overwrites memory in a way the compiler may not remove.
void wipe(void* data, std::size_t size) noexcept;

/// Bytes of a text, without copying.
inline const_byte_span as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Compares in time that depends on the sizes only.
bool equal_constant_time(const_byte_span a, const_byte_span b) noexcept;

} // namespace omegasafe::crypto
