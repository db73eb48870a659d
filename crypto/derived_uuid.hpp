// UUIDs that follow from something else.
#pragma once

#include "crypto/hash.hpp"
#include "crypto/uuid.hpp"
#include <algorithm>

namespace omegasafe::crypto {

/// The first bytes of a digest, in the form of a random UUID (version 4).
inline uuid uuid_of(const sha256_digest& digest) {
    uuid id{};
    std::copy_n(digest.begin(), uuid::size(), id.begin());
    id.data[6] = static_cast<std::uint8_t>((id.data[6] & 0x0F) | 0x40);
    id.data[8] = static_cast<std::uint8_t>((id.data[8] & 0x3F) | 0x80);
    return id;
}

} // namespace omegasafe::crypto
