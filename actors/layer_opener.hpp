// Opens files and Deltas that may have the AES-256-GCM layer, by the passwords that are known on this device. Free of
// the actor library.
#pragma once

#include "actors/asker.hpp"
#include "storage/records/encrypted_file.hpp"

namespace omegasafe::actors {

/// Made for one request or one group of files: it asks for the passwords once, when the first sealed one comes.
class layer_opener {
public:
    /// `key_uuid`: whose passwords are tried first.
    explicit layer_opener(asker_on<actor_floor::delta_sync> me, std::optional<uuid> key_uuid = {})
        : me_(std::move(me)), key_uuid_(key_uuid) {}

    /// The password that opens it, null when it has no layer. failure(layer_password).
    password_ptr password_of(const storage::byte_source& source);
    /// The same of a Delta's container.
    password_ptr password_of(const blob_ptr& delta);
    /// Opens it and remembers the password for its key. failure(layer_password) and as open_encrypted_file.
    storage::encrypted_file_info open(std::shared_ptr<const storage::byte_source> source);
    /// `password` opened something of that key; null: nothing to remember. One that cannot be remembered is a warning:
    /// the file can be read all the same.
    void remember(const uuid& key_uuid, const password_ptr& password);

private:
    asker_on<actor_floor::delta_sync> me_;
    std::optional<uuid> key_uuid_;
    std::optional<std::vector<password_ptr>> known_; // the one that fitted last in front
    uuid last_key_{};                                // what was remembered last
    password_ptr last_password_;
};

} // namespace omegasafe::actors
