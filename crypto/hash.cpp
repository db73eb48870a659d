#include "crypto/hash.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdexcept>
#include <xxhash.h>

namespace omegasafe::crypto {

namespace {

void require(bool done) {
    if (!done)
        throw std::runtime_error("SHA-256 failed in OpenSSL");
}

/// Fetched once: looking an algorithm up by name costs more than hashing a small block.
const EVP_MD* sha256_algorithm() {
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    require(algorithm != nullptr);
    return algorithm;
}

} // namespace

sha256::sha256() : context_(EVP_MD_CTX_new()) {
    if (context_ == nullptr || EVP_DigestInit_ex2(context_, sha256_algorithm(), nullptr) != 1) {
        EVP_MD_CTX_free(context_);
        require(false);
    }
}

sha256::~sha256() {
    EVP_MD_CTX_free(context_);
}

void sha256::update(const_byte_span data) {
    require(EVP_DigestUpdate(context_, data.data(), data.size()) == 1);
}

sha256_digest sha256::finish() {
    sha256_digest digest{};
    require(EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1);
    return digest;
}

sha256_digest sha256::of(const_byte_span data) {
    sha256_digest digest{};
    require(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, sha256_algorithm(), nullptr) == 1);
    return digest;
}

sha256_digest hmac_sha256(const_byte_span key, const_byte_span data) {
    sha256_digest digest{};
    require(HMAC(sha256_algorithm(), key.data(), static_cast<int>(key.size()), data.data(), data.size(), digest.data(),
                nullptr) != nullptr);
    return digest;
}

xxh3_digest xxh3_128(const_byte_span data, std::uint64_t seed) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(data.data(), data.size(), seed));
    xxh3_digest digest{};
    static_assert(sizeof canonical.digest == sizeof digest);
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = canonical.digest[i];
    return digest;
}

} // namespace omegasafe::crypto
