// The server's own signed URLs, for Deltas in a folder: HMAC-SHA256 over everything the URL allows.
#pragma once

#include "crypto/secure_memory.hpp"
#include "crypto/uuid.hpp"
#include "server/http/message.hpp"
#include <cstdint>
#include <optional>
#include <string>

namespace omegasafe::server {

/// What one URL allows.
struct object_permit {
    std::string method; // GET or PUT
    crypto::uuid key_uuid{}, delta_uuid{};
    crypto::uuid attempt_uuid{};  // PUT; nil for GET
    std::uint64_t size_bytes = 0; // PUT
    std::string content_md5;      // PUT, base64
    std::int64_t expires_at = 0;
};

/// Immutable, any thread.
class url_signer {
public:
    /// `key`: derived from the server key, the same on every server of a database.
    explicit url_signer(crypto::secure_bytes key) : key_(std::move(key)) {}

    /// "/objects/KEY/DELTA?..." with its signature.
    std::string target_of(const object_permit& permit) const;
    /// What a request may do: nothing for a bad signature, another method, or when its time is over.
    std::optional<object_permit> check(const request& request, std::int64_t now) const;

private:
    std::string signature_of(const object_permit& permit) const;

    crypto::secure_bytes key_;
};

/// True for the paths that url_signer makes.
bool is_object_path(const std::string& path);

} // namespace omegasafe::server
