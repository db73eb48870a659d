#include "crypto/random.hpp"

#include <algorithm>
#include <openssl/rand.h>
#include <stdexcept>

namespace omegasafe::crypto {

void random_fill(byte_span out) {
    constexpr std::size_t most_a_call = 1U << 30; // OpenSSL counts in int
    while (!out.empty()) {
        const std::size_t count = std::min(out.size(), most_a_call);
        if (RAND_priv_bytes(out.data(), static_cast<int>(count)) != 1)
            throw std::runtime_error("the system's random number generator failed");
        out = out.subspan(count);
    }
}

std::uint64_t random_below(std::uint64_t bound) {
    if (bound == 0)
        throw std::invalid_argument("random_below needs a bound of at least 1");
    // The lowest 2^64 mod bound values are rejected: what is left is a multiple of bound.
    const std::uint64_t rejected = (0 - bound) % bound;
    std::uint64_t value = 0;
    do {
        random_fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
    } while (value < rejected);
    return value % bound;
}

} // namespace omegasafe::crypto
