// An exported key (docs/formats.md): a container with the Alpha and, when it is sealed, what is known of the key's
// layer.
#pragma once

#include "storage/records/key_iteration.hpp"
#include "storage/records/key_layer.hpp"

namespace omegasafe::storage {

/// What an exported key holds.
struct exported_key {
    key_iteration_ptr alpha;
    std::optional<key_layer> layer; // nothing: its passwords go another way
};

/// Writes a new file. `password` null: plain, and then without a layer.
void export_key(const std::filesystem::path& path, const exported_key& key, sfc_password_ptr password);
/// Strict: failure(container_damaged / container_newer / password_wrong / password_missing).
exported_key read_exported_key(std::shared_ptr<const byte_source> source, sfc_password_ptr password);

} // namespace omegasafe::storage
