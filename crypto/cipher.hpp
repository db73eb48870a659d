// The rotor-chain cipher over one key iteration: encrypt and decrypt any range of its positions.
#pragma once

#include "crypto/key_material.hpp"
#include <atomic>
#include <memory>
#include <mutex>

namespace omegasafe::crypto {

/// Thread-safe for concurrent calls on any ranges; the caller sees to it that no position is used for two bytes.
class cipher {
public:
    explicit cipher(std::shared_ptr<const key_material> key);

    const key_material& key() const { return *key_; }
    /// Encrypts in.size() bytes whose first uses position `first` of the iteration (0 .. capacity-1; the range must end
    /// within the iteration, else std::out_of_range). `out` has the same size and may be `in` itself.
    void encrypt(std::uint64_t first, const_byte_span in, byte_span out) const;
    /// The inverse. The first run of more than a few KiB builds the inverse maps of nucleus and rotor 1, at most 2 MB.
    void decrypt(std::uint64_t first, const_byte_span in, byte_span out) const;

private:
    /// The inverse of each map of the nucleus, then of each map of rotor 1.
    const secure_bytes& inverse_maps() const;

    std::shared_ptr<const key_material> key_;
    mutable std::once_flag inverse_made_;
    mutable std::atomic<bool> inverse_ready_ = false;
    mutable secure_bytes inverse_maps_;
};

} // namespace omegasafe::crypto
