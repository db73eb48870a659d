// Finds the place of a Delta's file: the internal storage, or a bucket that a user brought.
#pragma once

#include "server/auth/credential_box.hpp"
#include "server/objects/bucket_store.hpp"
#include "server/objects/folder_store.hpp"

namespace omegasafe::server {

/// Any thread; the stores it gives are for one request of the user who is named, and must not outlive it.
class delta_files {
public:
    delta_files(const settings& settings, const credential_box& box, const url_signer& signer)
        : settings_(settings), box_(box), folder_(settings, signer),
          turns_(std::make_unique<bucket_turns>(settings.workers)) {}

    /// Of the internal storage or of a record with sealed credentials.
    std::unique_ptr<object_store> at(const storage_record& storage, const uuid& user_uuid) const;
    /// The internal storage's folder; nullptr when it is a bucket.
    const folder_store* folder() const { return settings_.internal_folder.empty() ? nullptr : &folder_; }
    /// A bucket by its fields and credentials that are not stored yet.
    bucket_store bucket(
        const storage_record& storage, const bucket_credentials& credentials, const uuid& user_uuid) const;

private:
    const settings& settings_;
    const credential_box& box_;
    folder_store folder_;
    std::unique_ptr<bucket_turns> turns_;
};

} // namespace omegasafe::server
