// API keys: `ose_` + 22 base64url characters of the api_key_uuid + `_` + 43 base64url characters of 32 random bytes.
#pragma once

#include "crypto/secure_memory.hpp"
#include "crypto/uuid.hpp"
#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::server {

struct api_key {
    crypto::uuid api_key_uuid{};
    crypto::secure_bytes secret; // 32 bytes
};

/// A fresh UUID and a fresh secret.
api_key generate_api_key();

/// What the user gets to see, once.
crypto::secure_bytes api_key_text(const api_key& key);

/// Accepts what api_key_text writes, nothing else.
std::optional<api_key> parse_api_key(std::string_view text);

/// SHA-256 of the secret, hexadecimal: what the database keeps. The secret has 256 random bits, so that a slow hash
/// would protect nothing more.
std::string secret_hash(const api_key& key);

/// Takes the same time for every hash.
bool matches(const api_key& key, std::string_view stored_hash);

} // namespace omegasafe::server
