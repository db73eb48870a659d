// A Delta that was sealed but not registered yet, kept for the next try: sealing a new one each time would use up the
// Alpha while an ECS refuses or fails.
#pragma once

#include "crypto/secure_memory.hpp"
#include "crypto/uuid.hpp"
#include <filesystem>
#include <optional>
#include <vector>

namespace omegasafe::storage {

/// Where the one of a key lies: beside the key store. Its content is what the ECS would have got, sealed with the
/// Alpha.
std::filesystem::path pending_delta_path(const std::filesystem::path& keys_path, const crypto::uuid& key_uuid);

/// By its name.
bool is_pending_delta(const std::filesystem::path& path);

/// Durable on return. failure(io_failed / output_refused).
void keep_pending_delta(const std::filesystem::path& path, crypto::const_byte_span container);

/// Nothing when there is none, or what is there cannot be read: then a new one is made.
std::optional<std::vector<std::uint8_t>> read_pending_delta(const std::filesystem::path& path);

/// Best effort: one that stays is found to be out of date by its sequence.
void discard_pending_delta(const std::filesystem::path& path) noexcept;

} // namespace omegasafe::storage
