// The server's own key: what is sealed with it, and what is derived from it.
#pragma once

#include "crypto/secure_memory.hpp"
#include "crypto/uuid.hpp"
#include <filesystem>
#include <string>
#include <string_view>

namespace omegasafe::server {

/// What opens a bucket.
struct bucket_credentials {
    std::string access_key_id;
    crypto::secure_bytes secret_access_key;
};

class credential_box {
public:
    /// A new file of 32 random bytes, mode 0600, durable on return; failure(output_refused) when it exists.
    static void create_key_file(const std::filesystem::path& file);

    /// Reads the key. failure(config_invalid) for a file of another size, or one that more than its owner may read or
    /// change; failure(config_missing) when there is none.
    explicit credential_box(const std::filesystem::path& key_file);

    /// AES-256-GCM as base64: version, nonce, sealed text. It opens for this storage only.
    std::string seal(const crypto::uuid& storage_uuid, const bucket_credentials& credentials) const;
    /// failure(container_damaged) for anything that seal did not make for this storage with this key.
    bucket_credentials open(const crypto::uuid& storage_uuid, std::string_view sealed) const;

    /// 32 bytes of HKDF-SHA256 for one purpose, e.g. the HMAC key of signed URLs.
    crypto::secure_bytes derive(std::string_view label) const;

private:
    crypto::secure_bytes key_;
};

} // namespace omegasafe::server
