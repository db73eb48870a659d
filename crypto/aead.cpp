#include "crypto/aead.hpp"

#include <algorithm>
#include <memory>
#include <openssl/evp.h>
#include <stdexcept>

namespace omegasafe::crypto {

namespace {

struct context_free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

void require(bool done) {
    if (!done)
        throw std::runtime_error("AES-256-GCM failed in OpenSSL");
}

/// Fetched once: looking an algorithm up by name costs more than sealing a small block.
const EVP_CIPHER* algorithm() {
    static EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    require(fetched != nullptr);
    return fetched;
}

/// One context a thread, made at its first use; freeing it at the thread's end wipes the last key's schedule.
EVP_CIPHER_CTX* thread_context() {
    thread_local const std::unique_ptr<EVP_CIPHER_CTX, context_free> context(EVP_CIPHER_CTX_new());
    require(context != nullptr);
    return context.get();
}

/// EVP_CipherUpdate for any length: OpenSSL counts in int. A null `out` means associated data.
void update(EVP_CIPHER_CTX* context, const_byte_span in, std::uint8_t* out) {
    constexpr std::size_t most_a_call = 1U << 30;
    while (!in.empty()) {
        const std::size_t count = std::min(in.size(), most_a_call);
        int written = 0;
        require(EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(count)) == 1);
        in = in.subspan(count);
        out = out == nullptr ? nullptr : out + count;
    }
}

enum class direction : int { open = 0, seal = 1 };

/// Everything up to the tag: the same calls for sealing and opening.
EVP_CIPHER_CTX* process(direction way, const_byte_span key, const aead_nonce& nonce, const_byte_span aad,
    const_byte_span in, std::uint8_t* out) {
    EVP_CIPHER_CTX* context = thread_context();
    require(EVP_CipherInit_ex2(context, algorithm(), key.data(), nonce.data(), static_cast<int>(way), nullptr) == 1);
    update(context, aad, nullptr);
    update(context, in, out);
    return context;
}

void check_sizes(const_byte_span key, std::size_t expected_out, byte_span out) {
    if (key.size() != aead_key_size || out.size() != expected_out)
        throw std::invalid_argument("AES-256-GCM called with a key or buffer of the wrong size");
}

} // namespace

void aead_seal(
    const_byte_span key, const aead_nonce& nonce, const_byte_span aad, const_byte_span plain, byte_span out) {
    check_sizes(key, plain.size() + aead_tag_size, out);
    EVP_CIPHER_CTX* context = process(direction::seal, key, nonce, aad, plain, out.data());
    std::uint8_t* tag = out.data() + plain.size();
    int written = 0;
    require(EVP_CipherFinal_ex(context, tag, &written) == 1);
    require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(aead_tag_size), tag) == 1);
}

bool aead_open(
    const_byte_span key, const aead_nonce& nonce, const_byte_span aad, const_byte_span sealed, byte_span out) {
    if (sealed.size() < aead_tag_size) {
        wipe(out.data(), out.size());
        return false;
    }
    const std::size_t size = sealed.size() - aead_tag_size;
    check_sizes(key, size, out);
    std::array<std::uint8_t, aead_tag_size> tag{};
    std::copy_n(sealed.data() + size, tag.size(), tag.begin());
    EVP_CIPHER_CTX* context = process(direction::open, key, nonce, aad, sealed.first(size), out.data());
    require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) == 1);
    std::array<std::uint8_t, 16> rest{}; // GCM has no bytes left to write here, but the call wants a place
    int written = 0;
    if (EVP_CipherFinal_ex(context, rest.data(), &written) == 1)
        return true;
    wipe(out.data(), out.size());
    return false;
}

} // namespace omegasafe::crypto
