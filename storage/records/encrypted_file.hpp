// The encrypted file (docs/formats.md): encrypted_data = cipher( FileMetadata | file | random suffix ),
// encryption_metadata.json.
#pragma once

#include "crypto/position.hpp"
#include "storage/container/sfc.hpp"
#include "storage/records/file_metadata.hpp"
#include <omegasafe/files.hpp>

namespace omegasafe::storage {

/// Fixed entry ids of every encrypted file and Delta.
extern const uuid encrypted_data_uuid;
extern const uuid encryption_metadata_uuid;

/// What encryption_metadata.json says, and nothing else.
struct encryption_metadata {
    uuid key_uuid{};
    u128 global_position_start = 0;
    bool operator==(const encryption_metadata&) const = default;
};
std::string to_json(const encryption_metadata& metadata);
/// Strict: exactly the two fields. Throws failure(container_damaged).
encryption_metadata parse_encryption_metadata(std::string_view text);

/// Throws failure(file_too_large) when metadata and a file of `length` bytes do not fit `capacity`.
void require_fits(std::uint64_t length, std::uint64_t capacity);

/// Length of the random suffix for a file of `length` bytes: uniform in 0..5 % of it, cut to what `capacity` leaves.
/// Throws failure(file_too_large) when even without suffix it does not fit.
std::uint64_t draw_suffix_length(std::uint64_t length, std::uint64_t capacity);

/// Opens an encrypted file: both entries there, metadata parsed, lengths plausible (encrypted_data of at least 1024
/// bytes).
struct encrypted_file_info {
    std::shared_ptr<const sfc_reader> container;
    sfc_entry data;
    encryption_metadata metadata;

    bool has_layer() const { return container->header().password_protected; }
};
/// `layer`: traditional layer password, null for none. Throws failure(layer_password) when it is missing or wrong,
/// failure(container_damaged / _newer).
encrypted_file_info open_encrypted_file(std::shared_ptr<const byte_source> source, sfc_password_ptr layer);
/// Throws failure(container_damaged) when its positions, of which `first` is the first inside the iteration, go beyond
/// `capacity`.
void require_positions(const encrypted_file_info& file, std::uint64_t first, std::uint64_t capacity);

/// Whole encryption in memory, for Deltas: the result is a container. `first` is the position inside the iteration,
/// `range` the claimed global positions; data.size() + 1024 + suffix == range.size().
std::vector<std::uint8_t> encrypt_in_memory(const key_iteration& iteration, std::uint64_t first,
    const encryption_metadata& metadata, std::string_view name, const_byte_span data, std::uint64_t suffix_length,
    sfc_password_ptr layer);
/// A container, and what it is known by.
struct encrypted_container {
    std::vector<std::uint8_t> bytes;
    file_proof proof;
};
/// The same from bytes that stand in place already: `encoded` begins with room for the metadata, then comes the file of
/// `length` bytes, and what is left is the suffix. Afterwards it holds encrypted_data.
encrypted_container encrypt_in_place(const key_iteration& iteration, std::uint64_t first,
    const encryption_metadata& metadata, std::string_view name, byte_span encoded, std::uint64_t length,
    sfc_password_ptr layer);

/// The encrypted file at `source`, sealed with `layer` (null: none) instead of with `was`. In memory; throws as
/// open_encrypted_file.
std::vector<std::uint8_t> sealed_again(
    std::shared_ptr<const byte_source> source, sfc_password_ptr was, sfc_password_ptr layer);

/// What encrypted_data of a whole file decrypts to.
struct decrypted_file {
    file_metadata metadata;
    secure_bytes encoded; // metadata, file and suffix as they were encrypted

    const_byte_span content() const { return encoded.span().subspan(limits::file_metadata_bytes, metadata.length); }
};
/// The inverse, with length and SHA-256 checked (failure(integrity_failed)). `first` as above; encrypted_data longer
/// than `limit` is failure(container_damaged).
decrypted_file decrypt_whole(
    const key_iteration& iteration, std::uint64_t first, const encrypted_file_info& file, std::uint64_t limit);
/// The same for a Delta: only its bytes, at most limits::delta_container_bytes of them.
secure_bytes decrypt_in_memory(const key_iteration& iteration, std::uint64_t first, const encrypted_file_info& file);

} // namespace omegasafe::storage
