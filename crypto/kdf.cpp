#include "crypto/kdf.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/text_encoding.hpp"
#include <algorithm>
#include <array>
#include <memory>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdexcept>
#include <vector>

namespace omegasafe::crypto {

namespace {

constexpr std::uint64_t most_scrypt_memory = 64ULL * 1024 * 1024;
/// N * r * p: some five times the cost of our own, 2 s of an older core.
constexpr std::uint64_t most_scrypt_work = std::uint64_t{1} << 22;
constexpr std::size_t most_hkdf_bytes = 255 * 32;

constexpr std::string_view password_prefix = "omegasafe-";
constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t body_characters = 43; // 256 bits at 6 a character
constexpr std::size_t check_characters = 6;
constexpr std::size_t checked_size = password_prefix.size() + body_characters;

std::uint64_t scrypt_memory(const scrypt_cost& cost) {
    return (std::uint64_t{128} << cost.log2_n) * cost.r;
}

/// Catches typing errors, 1 in 2^36 slips through; it says nothing about the secret that guessing it would not.
std::array<std::uint8_t, check_characters> check_of(const_byte_span checked) {
    const auto digest = to_base64(sha256::of(checked), base64_alphabet::url);
    std::array<std::uint8_t, check_characters> check{};
    std::copy_n(digest.data(), check.size(), check.begin());
    return check;
}

EVP_KDF* hkdf_algorithm() {
    static EVP_KDF* const fetched = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    return fetched;
}

/// OpenSSL only reads what this points to, but wants it writable, and never null.
OSSL_PARAM octets(const char* name, const_byte_span bytes) {
    static std::uint8_t nothing = 0;
    std::uint8_t* data = bytes.empty() ? &nothing : const_cast<std::uint8_t*>(bytes.data());
    return OSSL_PARAM_construct_octet_string(name, data, bytes.size());
}

} // namespace

bool acceptable(const scrypt_cost& cost) {
    return cost.log2_n >= 10 && cost.log2_n <= 20 && cost.r >= 1 && cost.r <= 32 && cost.p >= 1 && cost.p <= 16 &&
           scrypt_memory(cost) <= most_scrypt_memory &&
           (std::uint64_t{1} << cost.log2_n) * cost.r * cost.p <= most_scrypt_work;
}

secure_bytes scrypt(const_byte_span password, const_byte_span salt, const scrypt_cost& cost) {
    if (!acceptable(cost))
        throw std::invalid_argument("scrypt cost parameters out of range");
    secure_bytes key(32);
    const std::uint64_t memory = scrypt_memory(cost) + 1024 * 1024; // OpenSSL adds its working blocks to the bill
    const char* text = reinterpret_cast<const char*>(password.data());
    if (EVP_PBE_scrypt(text, password.size(), salt.data(), salt.size(), std::uint64_t{1} << cost.log2_n, cost.r, cost.p,
            memory, key.data(), key.size()) != 1)
        throw std::runtime_error("scrypt failed in OpenSSL");
    return key;
}

secure_bytes hkdf_sha256(const_byte_span secret, const_byte_span salt, std::string_view info, std::size_t size) {
    if (size == 0 || size > most_hkdf_bytes)
        throw std::invalid_argument("HKDF-SHA256 gives 1 to 8160 bytes");
    std::array<char, 7> digest{"SHA256"};
    std::array<OSSL_PARAM, 5> params{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        octets(OSSL_KDF_PARAM_KEY, secret), octets(OSSL_KDF_PARAM_SALT, salt),
        octets(OSSL_KDF_PARAM_INFO, as_bytes(info)), OSSL_PARAM_construct_end()};
    secure_bytes out(size);
    const std::unique_ptr<EVP_KDF_CTX, void (*)(EVP_KDF_CTX*)> context(
        EVP_KDF_CTX_new(hkdf_algorithm()), EVP_KDF_CTX_free);
    if (context == nullptr || EVP_KDF_derive(context.get(), out.data(), out.size(), params.data()) != 1)
        throw std::runtime_error("HKDF failed in OpenSSL");
    return out;
}

secure_bytes hkdf_sha256_in_place(const_byte_span secret, const_byte_span salt, std::string_view info) {
    auto extracted = hmac_sha256(salt, secret);
    std::vector<std::uint8_t> block(info.begin(), info.end());
    block.push_back(1); // the first block is all of 32 bytes
    auto expanded = hmac_sha256(extracted, block);
    secure_bytes key{const_byte_span(expanded)};
    wipe(extracted.data(), extracted.size());
    wipe(expanded.data(), expanded.size());
    return key;
}

secure_bytes generate_password() {
    secure_bytes entropy(32);
    random_fill(entropy.span());
    secure_bytes password(checked_size + check_characters);
    std::copy(password_prefix.begin(), password_prefix.end(), password.data());
    const auto body = to_base64(entropy, base64_alphabet::url);
    std::copy_n(body.data(), body_characters, password.data() + password_prefix.size());
    const auto check = check_of(password.span().first(checked_size));
    std::copy(check.begin(), check.end(), password.data() + checked_size);
    return password;
}

bool is_generated_password(std::string_view password) {
    if (password.size() != checked_size + check_characters || !password.starts_with(password_prefix) ||
        password.substr(password_prefix.size()).find_first_not_of(base64url) != std::string_view::npos)
        return false;
    return equal_constant_time(
        check_of(as_bytes(password.substr(0, checked_size))), as_bytes(password.substr(checked_size)));
}

} // namespace omegasafe::crypto
