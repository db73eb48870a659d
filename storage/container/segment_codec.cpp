#include "crypto/hash.hpp"
#include "storage/container/sfc.hpp"
#include "storage/files/byte_order.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace {

/// Three zero bytes, the index, then 1 for the last segment (STREAM): no segment can stand in another's place.
crypto::aead_nonce nonce_of(std::uint64_t index, bool last) {
    crypto::aead_nonce nonce{};
    store_le(&nonce[3], index);
    nonce[11] = last ? 1 : 0;
    return nonce;
}

std::uint64_t seed_of(std::uint64_t index, bool last) {
    return index * 2 + (last ? 1 : 0);
}

} // namespace

std::uint64_t segment_codec::segment_count(std::uint64_t length) {
    return length == 0 ? 1 : (length - 1) / limits::segment_bytes + 1;
}

std::uint64_t segment_codec::stored_length(std::uint64_t length) {
    return length + segment_count(length) * overhead;
}

std::uint64_t segment_codec::stored_length(std::uint64_t length, std::uint64_t first, std::uint64_t count) {
    const auto segments = segment_count(length);
    if (first > segments || count > segments - first)
        throw failure(errc::internal, "Segments beyond the end of a container entry were asked for; report this.");
    return first + count == segments && count > 0 ? stored_length(length) - first * stored_segment_bytes
                                                  : count * stored_segment_bytes;
}

segment_codec::segment_codec(secure_bytes key, std::vector<std::uint8_t> aad, std::uint64_t seed)
    : key_(std::move(key)), aad_(std::move(aad)), seed_(seed) {}

void segment_codec::seal(std::uint64_t index, bool last, const_byte_span plain, byte_span out) const {
    if (plain.size() > limits::segment_bytes || (!last && plain.size() != limits::segment_bytes) ||
        out.size() != plain.size() + overhead)
        throw failure(errc::internal, "A container segment has the wrong size; report this.");
    if (!key_.empty()) {
        crypto::aead_seal(key_, nonce_of(index, last), aad_, plain, out);
        return;
    }
    const auto digest = crypto::xxh3_128(plain, seed_ + seed_of(index, last));
    if (out.data() != plain.data())
        std::copy(plain.begin(), plain.end(), out.begin());
    std::copy(digest.begin(), digest.end(), out.begin() + static_cast<std::ptrdiff_t>(plain.size()));
}

bool segment_codec::open(std::uint64_t index, bool last, const_byte_span stored, byte_span out) const {
    if (stored.size() < overhead || out.size() != stored.size() - overhead)
        return false;
    if (!key_.empty())
        return crypto::aead_open(key_, nonce_of(index, last), aad_, stored, out);
    const auto plain = stored.first(out.size());
    const auto digest = crypto::xxh3_128(plain, seed_ + seed_of(index, last));
    if (!std::equal(digest.begin(), digest.end(), stored.end() - overhead))
        return false;
    if (out.data() != plain.data())
        std::copy(plain.begin(), plain.end(), out.begin());
    return true;
}

} // namespace omegasafe::storage
