// Deltas in a folder of the server: FOLDER/KEY/DELTA/ATTEMPT, moved through the server's own signed URLs.
#pragma once

#include "server/objects/object_store.hpp"

namespace omegasafe::server {

class folder_store final : public object_store {
public:
    folder_store(const settings& settings, const url_signer& signer) : settings_(settings), signer_(signer) {}

    signed_transfer sign_upload(const object_name& name, const upload_terms& terms, unix_time now) const override;
    signed_transfer sign_download(const object_name& name, unix_time now) const override;
    std::optional<stored_object> fetch(const object_name& name) const override;
    bool exists(const object_name& name) const override;
    bool remove(const object_name& name) const noexcept override;

    /// Durable and whole, or not at all; false when there is an object of that name already, whoever brought it.
    bool put(const object_name& name, const uuid& attempt_uuid, const std::string& bytes) const;

private:
    std::string url(const std::string& target) const;
    std::filesystem::path folder_of(const object_name& name) const;

    const settings& settings_;
    const url_signer& signer_;
};

} // namespace omegasafe::server
