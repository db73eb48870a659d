// Deltas in a bucket of S3 or of something that speaks its language: REMOTE_PATH/KEY/DELTA, signed by AWS Signature V4.
#pragma once

#include "crypto/secure_memory.hpp"
#include "server/objects/bucket_turns.hpp"
#include "server/objects/object_store.hpp"
#include "wire/storage_providers.hpp"

namespace omegasafe::server {

/// Where a bucket is and who may use it.
struct bucket_access {
    wire::storage_provider provider{};
    std::string bucket_name, region, endpoint_url, remote_path;
    std::string access_key_id;
    crypto::secure_bytes secret_access_key;
};

/// What setting a storage up found out.
struct bucket_check {
    bool can_delete = false;
};

/// For one request of a user: its first call takes a turn, and all its calls together have ten seconds from then on.
class bucket_store final : public object_store {
public:
    bucket_store(
        bucket_access access, std::chrono::seconds url_lifetime, bucket_turns& turns, const crypto::uuid& user_uuid)
        : access_(std::move(access)), url_lifetime_(url_lifetime), turns_(turns), user_uuid_(user_uuid) {}

    signed_transfer sign_upload(const object_name& name, const upload_terms& terms, unix_time now) const override;
    signed_transfer sign_download(const object_name& name, unix_time now) const override;
    std::optional<stored_object> fetch(const object_name& name) const override;
    bool exists(const object_name& name) const override;
    bool remove(const object_name& name) const noexcept override;

    /// LIST, PUT and GET with a temporary object, which then is deleted if that is allowed. refusal 422
    /// storage_unusable, with the step that failed and what the bucket said.
    bucket_check check() const;

private:
    struct reply {
        unsigned status = 0;
        std::string body;
        std::string attempt; // the attempt header
    };
    void take_turn() const;
    std::string object_key(const object_name& name) const;
    std::string signed_url(const std::string& method, const std::string& object, const header_list& headers,
        const header_list& query, unix_time now, std::chrono::seconds lifetime) const;
    reply send(const std::string& method, const std::string& object, const header_list& headers = {},
        const std::string& body = {}, const header_list& query = {}) const;

    bucket_access access_;
    std::chrono::seconds url_lifetime_;
    bucket_turns& turns_;
    crypto::uuid user_uuid_;
    mutable bucket_turns::turn turn_; // with the first call
    mutable std::chrono::steady_clock::time_point deadline_;
};

} // namespace omegasafe::server
