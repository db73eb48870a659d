// The configuration password: environment, password file or desktop keyring (reference section 3).
#pragma once

#include "crypto/secure_memory.hpp"
#include "crypto/uuid.hpp"
#include <filesystem>
#include <optional>
#include <string>

namespace omegasafe::storage {

using crypto::uuid;

/// Labels of our keyring record; OMEGASAFE_KEYRING_SERVICE_NAME and OMEGASAFE_KEYRING_SECRET_NAME override them.
struct keyring_labels {
    std::string service = "omegasafe";
    std::string secret = "OMEGASAFE_CONFIG_PASSWORD";
    static keyring_labels from_environment();
};

/// The stored password; nothing when there is none. failure(keyring_failed) when no keyring can be reached, when it is
/// locked and when it does not answer. Blocking (D-Bus).
std::optional<crypto::secure_bytes> keyring_lookup(const keyring_labels& labels);
/// Stores or replaces. failure(keyring_failed).
void keyring_store(const keyring_labels& labels, std::string_view password);
/// True when a record was removed.
bool keyring_remove(const keyring_labels& labels);

/// A config root that was made with the keyring's password: a record beside it. The id is that of its keys container.
struct keyring_root {
    uuid id{};
    std::filesystem::path path;
};
/// Notes it. failure(keyring_failed).
void keyring_add_root(const keyring_labels& labels, const keyring_root& root);
/// The root of this id, or any when there is no id; nothing when there is none.
std::optional<keyring_root> keyring_find_root(const keyring_labels& labels, const std::optional<uuid>& id);
/// True when there was one.
bool keyring_remove_root(const keyring_labels& labels, const uuid& id);

/// secret_from_environment of OMEGASAFE_CONFIG_PASSWORD, a command too; failure(password_missing) when what is named
/// gives none.
std::optional<crypto::secure_bytes> environment_password();

/// environment_password, else the keyring, else failure(password_missing) that names the ways out.
crypto::secure_bytes resolve_config_password();

} // namespace omegasafe::storage
