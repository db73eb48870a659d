#include "storage/container/sealed_spool.hpp"

#include "crypto/random.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace {

secure_bytes random_key() {
    secure_bytes key(crypto::aead_key_size);
    crypto::random_fill(key.span());
    return key;
}

} // namespace

sealed_spool::sealed_spool(std::string name)
    : file_(std::move(name)), codec_(random_key(), {}), segment_(limits::segment_bytes) {}

void sealed_spool::write_at(std::uint64_t offset, const_byte_span data) {
    if (finished_ || offset != size_)
        throw failure(errc::internal, name() + " was written out of order; report this.");
    while (!data.empty()) {
        if (filled_ == segment_.size())
            seal(false);
        const auto part = data.first(std::min(data.size(), segment_.size() - filled_));
        std::ranges::copy(part, segment_.data() + filled_);
        filled_ += part.size();
        size_ += part.size();
        data = data.subspan(part.size());
    }
}

void sealed_spool::finish() {
    seal(true);
    finished_ = true;
}

void sealed_spool::seal(bool last) {
    std::vector<std::uint8_t> stored(filled_ + segment_codec::overhead);
    codec_.seal(sealed_, last, segment_.span().first(filled_), stored);
    file_.write_at(sealed_ * segment_codec::stored_segment_bytes, stored);
    ++sealed_;
    filled_ = 0;
}

std::size_t sealed_spool::length_of(std::uint64_t index) const {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(limits::segment_bytes, size_ - index * limits::segment_bytes));
}

void sealed_spool::open(std::uint64_t index, byte_span out) const {
    std::vector<std::uint8_t> stored(out.size() + segment_codec::overhead);
    file_.read_at(index * segment_codec::stored_segment_bytes, stored);
    if (!codec_.open(index, index + 1 == sealed_, stored, out))
        throw failure(errc::io_failed, name() + " is not what was written to it: its disk or file system is faulty.");
}

void sealed_spool::read_at(std::uint64_t offset, byte_span out) const {
    if (!finished_ || offset > size_ || out.size() > size_ - offset)
        throw failure(errc::io_failed, name() + " ends before the bytes that were asked for.");
    secure_bytes whole; // a segment of which only a part is wanted
    while (!out.empty()) {
        const auto index = offset / limits::segment_bytes;
        const auto skipped = static_cast<std::size_t>(offset % limits::segment_bytes);
        const auto length = length_of(index);
        const auto part = out.first(std::min(out.size(), length - skipped));
        if (part.size() == length) {
            open(index, part);
        } else {
            if (whole.empty())
                whole = secure_bytes(limits::segment_bytes);
            open(index, whole.span().first(length));
            std::ranges::copy(whole.span().subspan(skipped, part.size()), part.data());
        }
        offset += part.size();
        out = out.subspan(part.size());
    }
}

} // namespace omegasafe::storage
