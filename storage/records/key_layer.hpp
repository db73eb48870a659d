// What omegasafe_keys.sfc and a sealed export remember of a key's AES-256-GCM layer (docs/formats.md, "Layer of a
// key").
#pragma once

#include "storage/container/container_file.hpp"
#include <omegasafe/secret.hpp>

namespace omegasafe::storage {

/// What a key says of its own layer.
enum class layer_choice : std::uint8_t {
    configured, // nothing: config.ini decides
    off,        // no layer, whatever config.ini says
    own,        // the first of its passwords
};

/// Passwords that are kept of one key. Opening tries them, and each that somebody chose costs an scrypt.
inline constexpr std::size_t kept_layer_passwords = 16;

/// One key's record. A password of it opens what it once sealed, also when another has taken its place since.
struct key_layer {
    uuid key_uuid{};
    layer_choice choice = layer_choice::configured;
    std::vector<secret_ptr> passwords{}; // no two alike: its own if it has one, then the newest first

    /// Null when it has none.
    secret_ptr own() const { return choice == layer_choice::own ? passwords.front() : nullptr; }
    bool holds(std::string_view password) const;
    /// Keeps one that was used; the oldest goes when there are too many. False when it was here already.
    bool remember(const secret_ptr& password);
    /// Its own from now on; null: no layer. Those before stay remembered.
    void choose(const secret_ptr& own);
    /// What another device says of the key, which counts; what was known here stays remembered.
    void take(const key_layer& other);
};

/// As an entry of a container. Fields of `rewritten`, the attributes it takes the place of, stay when they are unknown.
/// failure(usage) on a password that is too long to be kept.
container_changes::entry to_entry(const key_layer& layer, const_byte_span rewritten = {});
/// The key's record in `file`; one that says nothing when there is none. failure(container_damaged / container_newer).
key_layer layer_of_key(const sfc_reader& file, const uuid& key_uuid);

} // namespace omegasafe::storage
