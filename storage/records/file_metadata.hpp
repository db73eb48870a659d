// The 1024-byte prefix of encrypted_data (docs/formats.md): what the file is, and the tag that proves it.
#pragma once

#include "crypto/hash.hpp"
#include "storage/records/key_iteration.hpp"
#include <string>
#include <string_view>

namespace omegasafe::storage {

/// The one version that is written and read, and so the version of encrypted files and Deltas.
inline constexpr std::uint16_t file_metadata_version = 2;

/// Original base name, length, SHA-256; the rest is version, tag and random filling.
struct file_metadata {
    std::string name;         // base name, 1-255 bytes, no separators or control characters, not "." or ".."
    std::uint64_t length = 0; // bytes of the original file
    crypto::sha256_digest sha256{};
};

/// Where encrypted_data lies: a tag is right for this place only.
struct metadata_place {
    const key_iteration& iteration;
    u128 global_position_start = 0;
    std::uint64_t encrypted_length = 0; // of encrypted_data
};

/// Exactly limits::file_metadata_bytes; the unused rest is random. Throws failure(usage) on a name that safe_base_name
/// refuses.
secure_bytes encode(const file_metadata& metadata, const metadata_place& place);
/// Believes nothing before the tag is right. Throws failure(integrity_failed) when it is not one of this version made
/// for this place (wrong key material decrypts to noise), failure(container_newer) on a higher version.
file_metadata decode_file_metadata(const_byte_span bytes, const metadata_place& place);
/// True for names that a decrypted file may get: see file_metadata::name. UTF-8 is not required.
bool safe_base_name(std::string_view name);

} // namespace omegasafe::storage
