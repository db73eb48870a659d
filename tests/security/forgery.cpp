#include "tests/security/forgery.hpp"

#include "crypto/hash.hpp"
#include "tests/security/deduction.hpp"
#include "tests/security/experiments.hpp"
#include <algorithm>
#include <cmath>
#include <omegasafe/error.hpp>
#include <stdexcept>

namespace omegasafe::test {

namespace {

// docs/formats.md, section 2.3.
constexpr std::size_t at_digest = 16;
constexpr std::size_t at_tag = 48;
constexpr std::size_t at_name = 80;
constexpr std::size_t metadata_bytes = 1'024;
constexpr std::string_view name = "statement.txt";

/// FileMetadata and content.
bytes file_with(const storage::key_iteration& delta, const bytes& content) {
    const auto metadata = storage::encode(
        {std::string{name}, content.size(), crypto::sha256::of(content)}, {delta, 0, metadata_bytes + content.size()});
    bytes plain(metadata.span().begin(), metadata.span().end());
    plain.insert(plain.end(), content.begin(), content.end());
    return plain;
}

/// All but the tag and the filling.
bytes known_of(std::size_t size) {
    bytes known(size, 1);
    std::fill(known.begin() + at_tag, known.begin() + at_name, 0);
    std::fill(known.begin() + at_name + name.size(), known.begin() + metadata_bytes, 0);
    return known;
}

std::span<const std::uint8_t> content_of(const bytes& plain) {
    return std::span(plain).subspan(metadata_bytes);
}

} // namespace

/// What the attacker knows and wants: a new plain text and the cipher text for it, changed together.
struct known_file::attacker {
    deduction learned;

    /// False, with nothing changed, when the attacker does not know what to write.
    bool put(bytes& plain, bytes& cipher_text, std::size_t position, std::uint8_t x) const {
        const auto c = learned.write(position, x);
        if (!c)
            return false;
        plain[position] = x;
        cipher_text[position] = *c;
        return true;
    }
    template <class Text>
    bool put_all(bytes& plain, bytes& cipher_text, std::size_t position, const Text& text) const {
        return std::ranges::all_of(
            text, [&](auto x) { return put(plain, cipher_text, position++, static_cast<std::uint8_t>(x)); });
    }
};

known_file::known_file(const storage::key_iteration& delta, const bytes& content)
    : delta_(delta), plain_(file_with(delta, content)), cipher_text_(encrypted(*delta.cipher, plain_)),
      attacker_(new attacker{{delta.info.geometry, cipher_text_, plain_, known_of(plain_.size())}}) {}

known_file::~known_file() = default;

double known_file::replaceable(generator& random) const {
    constexpr std::uint64_t samples = 20'000;
    const auto content = content_of(plain_);
    std::uint64_t writable = 0;
    for (std::uint64_t i = 0; i < samples; ++i) {
        const auto position = metadata_bytes + below(random, content.size());
        std::uint8_t other = 0;
        do
            other = content[below(random, content.size())];
        while (other == plain_[position]);
        const auto c = attacker_->learned.write(position, other);
        if (!c)
            continue;
        std::uint8_t truth = 0;
        delta_.cipher->encrypt(position, {&other, 1}, {&truth, 1});
        if (*c != truth)
            throw std::logic_error("a byte was deduced wrongly");
        ++writable;
    }
    return static_cast<double>(writable) / static_cast<double>(samples);
}

std::optional<double> known_file::tries_for_digest() const {
    double bits = 0;
    for (auto position = at_digest; position < at_tag; ++position) {
        int writable = 0;
        for (unsigned x = 0; x < 256; ++x)
            writable += attacker_->learned.write(position, static_cast<std::uint8_t>(x)) ? 1 : 0;
        if (writable == 0)
            return std::nullopt;
        bits -= std::log2(writable / 256.0);
    }
    return bits;
}

std::optional<std::uint64_t> known_file::forge(std::string_view message, std::uint64_t most_tries) const {
    auto plain = plain_;
    auto cipher_text = cipher_text_;
    auto at = metadata_bytes;
    while (!attacker_->put_all(plain, cipher_text, at, message)) {
        plain = plain_;
        cipher_text = cipher_text_;
        if (++at + message.size() >= plain.size())
            return std::nullopt;
    }
    const auto is_digest_written = [&](const crypto::sha256_digest& digest) {
        auto with_digest = plain;
        return attacker_->put_all(with_digest, cipher_text, at_digest, digest);
    };
    // Each try changes bytes behind the message, so that the SHA-256 comes out different.
    std::uint64_t tries = 1;
    auto variant = at + message.size();
    for (unsigned x = 0; !is_digest_written(crypto::sha256::of(content_of(plain))); ++tries) {
        while (!attacker_->put(plain, cipher_text, variant + x / 256, static_cast<std::uint8_t>(x % 256)))
            ++x;
        ++x;
        if (tries == most_tries)
            return std::nullopt;
    }
    bytes decrypted(cipher_text.size());
    delta_.cipher->decrypt(0, cipher_text, decrypted);
    const auto found = std::span(decrypted).subspan(at, message.size());
    const auto digest = crypto::sha256::of(content_of(decrypted));
    if (!std::ranges::equal(found, crypto::as_bytes(message)) ||
        !std::equal(digest.begin(), digest.end(), decrypted.begin() + at_digest))
        throw std::logic_error("the forged file is not what was forged");
    try {
        storage::decode_file_metadata(std::span(decrypted).first(metadata_bytes), {delta_, 0, decrypted.size()});
        throw std::logic_error("the forged file was accepted");
    } catch (const failure& refused) {
        if (refused.code() != errc::integrity_failed)
            throw;
    }
    return tries;
}

} // namespace omegasafe::test
