#include "wire/upload_terms.hpp"

#include "crypto/text_encoding.hpp"
#include <array>
#include <openssl/evp.h>
#include <stdexcept>

namespace omegasafe::wire {

namespace {

constexpr std::size_t md5_bytes = 16;

} // namespace

std::vector<std::pair<std::string, std::string>> upload_headers(const upload_terms& terms) {
    return {{"Content-Length", std::to_string(terms.size_bytes)}, {"Content-MD5", terms.content_md5},
        {"If-None-Match", "*"}, {upload_attempt_header, crypto::to_string(terms.attempt_uuid)}};
}

std::string content_md5(crypto::const_byte_span content) {
    std::array<unsigned char, md5_bytes> digest{};
    if (EVP_Digest(content.data(), content.size(), digest.data(), nullptr, EVP_md5(), nullptr) != 1)
        throw std::runtime_error("MD5 failed in OpenSSL");
    return std::string{crypto::to_base64(digest, crypto::base64_alphabet::standard).text()};
}

bool is_content_md5(std::string_view text) {
    const auto digest = crypto::from_base64(text, crypto::base64_alphabet::standard);
    return digest && digest->size() == md5_bytes;
}

} // namespace omegasafe::wire
