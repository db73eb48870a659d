// One key iteration, an Alpha or a Delta, as it is stored, exported and sent (docs/formats.md).
#pragma once

#include "crypto/cipher.hpp"
#include "crypto/uuid.hpp"
#include "storage/container/sfc.hpp"
#include <omegasafe/keys.hpp>
#include <optional>
#include <tuple>

namespace omegasafe::storage {

using omegasafe::iteration_info;

/// CBOR attributes; strict on reading: failure(container_damaged).
std::vector<std::uint8_t> encode(const iteration_info& info);
iteration_info decode_iteration_info(const_byte_span cbor);

/// Which iteration attributes describe, without decoding them: for looking through thousands.
struct iteration_key {
    uuid key_uuid{};
    std::uint64_t seq_number = 0;

    /// By key, then by sequence.
    bool operator<(const iteration_key& other) const {
        return std::tie(key_uuid, seq_number) < std::tie(other.key_uuid, other.seq_number);
    }
};
/// Nothing when the attributes are those of a record, which stands beside the iterations of a key store.
std::optional<iteration_key> decode_iteration_key(const_byte_span cbor);

/// Info, maps and what follows from them.
struct key_iteration {
    /// Derives the tag key, which takes some milliseconds for the largest keys.
    key_iteration(iteration_info about, std::shared_ptr<const crypto::cipher> maps);
    /// With the tag key that was kept.
    key_iteration(iteration_info about, std::shared_ptr<const crypto::cipher> maps, secure_bytes kept_tag_key);

    iteration_info info;
    std::shared_ptr<const crypto::cipher> cipher;
    secure_bytes tag_key; // of the files encrypted with it: whoever lacks one map cannot make a tag
};
using key_iteration_ptr = std::shared_ptr<const key_iteration>;

/// The payload of exported keys, Deltas and key store entries: info, then maps. Reading is strict
/// (failure(container_damaged)) and keeps the maps in the payload's memory.
secure_bytes encode_payload(const iteration_info& info, const crypto::key_material& maps);
key_iteration_ptr decode_payload(secure_bytes payload);

/// The payload as the device's own key store has it, with the tag key between info and maps. One without is read, too.
secure_bytes encode_stored(const key_iteration& iteration);
key_iteration_ptr decode_stored(secure_bytes stored);

/// Largest payload, bytes: 5 MB of maps and 64 KiB for the info.
inline constexpr std::uint64_t max_payload_bytes = 5'000'000 + 65'536;

/// A Delta sealed with Alpha positions: container bytes. `alpha_first` is the position inside the Alpha; the range has
/// delta_positions(delta) positions.
std::vector<std::uint8_t> seal_delta(
    const key_iteration& alpha, std::uint64_t alpha_first, const key_iteration& delta, sfc_password_ptr layer);
/// Alpha positions that sealing this Delta uses: 1024 + payload; Deltas carry no random suffix, their size is public by
/// the key's geometry.
std::uint64_t delta_positions(const iteration_info& delta);
/// Opens one and checks that it is a Delta of this Alpha's key (failure(container_damaged / integrity_failed /
/// layer_password)).
key_iteration_ptr open_delta(const key_iteration& alpha, std::vector<std::uint8_t> container, sfc_password_ptr layer);

} // namespace omegasafe::storage
