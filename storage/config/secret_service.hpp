// Records in the desktop's keyring, over libsecret. Every call may block: up to ten seconds for an answer, and longer
// only while the desktop asks somebody to unlock the keyring. failure(keyring_failed) with the way out.
#pragma once

#include "crypto/secure_memory.hpp"
#include <optional>
#include <string>

namespace omegasafe::storage {

/// What a record is found by.
struct secret_record {
    std::string service, secret;
    std::string root{}; // of the record of one config root; empty: any
};

/// The text of one such record; nothing when there is none. A locked keyring is a failure, not nothing.
std::optional<crypto::secure_bytes> find_secret(const secret_record& record);
/// Stores or replaces; the desktop shows `label`.
void store_secret(const secret_record& record, const std::string& label, std::string_view text);
/// Removes all of them; true when there was one.
bool remove_secret(const secret_record& record);

} // namespace omegasafe::storage
