#include "server/auth/api_key.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/text_encoding.hpp"
#include <algorithm>

namespace omegasafe::server {

namespace {

constexpr std::string_view prefix = "ose_";
constexpr std::size_t id_characters = 22, secret_characters = 43, secret_size = 32;
constexpr char separator = '_';
constexpr std::size_t text_size = prefix.size() + id_characters + 1 + secret_characters;

} // namespace

api_key generate_api_key() {
    api_key key{crypto::random_uuid(), crypto::secure_bytes(secret_size)};
    crypto::random_fill(key.secret.span());
    return key;
}

crypto::secure_bytes api_key_text(const api_key& key) {
    const auto id = crypto::to_base64({key.api_key_uuid.data, key.api_key_uuid.size()}, crypto::base64_alphabet::url);
    const auto secret = crypto::to_base64(key.secret, crypto::base64_alphabet::url);
    crypto::secure_bytes text(text_size);
    auto* out = std::copy(prefix.begin(), prefix.end(), text.data());
    out = std::copy_n(id.data(), id.size(), out);
    *out++ = separator;
    std::copy_n(secret.data(), secret.size(), out);
    return text;
}

std::optional<api_key> parse_api_key(std::string_view text) {
    if (text.size() != text_size || !text.starts_with(prefix) || text[prefix.size() + id_characters] != separator)
        return std::nullopt;
    const auto id = crypto::from_base64(text.substr(prefix.size(), id_characters), crypto::base64_alphabet::url);
    auto secret = crypto::from_base64(text.substr(text_size - secret_characters), crypto::base64_alphabet::url);
    if (!id || !secret)
        return std::nullopt;
    api_key key{{}, std::move(*secret)};
    std::copy_n(id->data(), id->size(), key.api_key_uuid.begin());
    return key;
}

std::string secret_hash(const api_key& key) {
    return crypto::to_hexadecimal(crypto::sha256::of(key.secret));
}

bool matches(const api_key& key, std::string_view stored_hash) {
    const auto hash = secret_hash(key);
    return crypto::equal_constant_time(crypto::as_bytes(hash), crypto::as_bytes(stored_hash));
}

} // namespace omegasafe::server
