#include "storage/container/sfc_directory.hpp"
#include <algorithm>

namespace omegasafe::storage {

namespace {

/// Plain length of something stored in `stored` bytes; nothing when no length is stored in so many.
std::optional<std::uint64_t> plain_length(std::uint64_t stored) {
    constexpr auto segment = segment_codec::stored_segment_bytes;
    const auto tags = ((stored + segment - 1) / segment) * segment_codec::overhead;
    if (stored < tags || segment_codec::stored_length(stored - tags) != stored)
        return {};
    return stored - tags;
}

/// Root key for the header, checked; null for a plain container.
std::shared_ptr<const secure_bytes> unlock(
    const byte_source& source, const sfc_header& header, const sfc_password_ptr& password) {
    if (!header.password_protected)
        return nullptr;
    if (password == nullptr)
        throw failure(errc::password_missing, source.name() + " is protected by a password; give the password.");
    auto root_key = password->root_key(header.root);
    if (!crypto::equal_constant_time(sfc_password_check(*root_key, header), header.password_check))
        throw failure(errc::password_wrong,
            "The password does not open " + source.name() + "; give the password it was made with.");
    return root_key;
}

/// Opens all segments of an entry or the directory that begins at `offset`, one at a time.
secure_bytes open_all(const byte_source& source, const segment_codec& codec, std::uint64_t offset, std::uint64_t length,
    const std::string& what) {
    secure_bytes plain(length);
    std::vector<std::uint8_t> stored(
        segment_codec::stored_length(std::min<std::uint64_t>(length, limits::segment_bytes)));
    const auto segments = segment_codec::segment_count(length);
    for (std::uint64_t index = 0; index < segments; ++index) {
        const auto begin = index * limits::segment_bytes;
        const auto part = plain.span().subspan(begin, std::min<std::uint64_t>(length - begin, limits::segment_bytes));
        const auto in = byte_span(stored).first(part.size() + segment_codec::overhead);
        source.read_at(offset + begin + index * segment_codec::overhead, in);
        if (!codec.open(index, index + 1 == segments, in, part))
            throw sfc_damaged(source, what + " was altered");
    }
    return plain;
}

} // namespace

sfc_reader::sfc_reader(std::shared_ptr<const byte_source> source, sfc_password_ptr password, sfc_layout accepted)
    : sfc_reader(source, std::move(password), read_sfc_header(*source, accepted)) {}

sfc_reader::sfc_reader(std::shared_ptr<const byte_source> source, sfc_password_ptr password, const sfc_header& header)
    : source_(std::move(source)), header_(header) {
    const auto root_key = unlock(*source_, header_, password);
    const auto length = plain_length(header_.directory_stored);
    if (!length)
        throw sfc_damaged(*source_, "its directory has an impossible size");
    const auto codec = sfc_directory_codec(root_key.get(), header_);
    directory_ = open_all(*source_, codec, header_.directory_offset, *length, "its directory");
    entries_ = parse_sfc_directory(*source_, header_, directory_);
}

const sfc_entry* sfc_reader::find(const uuid& id) const {
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), id,
        [](const sfc_entry& entry, const uuid& wanted) { return entry.id < wanted; });
    return found != entries_.end() && found->id == id ? &*found : nullptr;
}

secure_bytes sfc_reader::read(const sfc_entry& entry, std::uint64_t limit) const {
    const auto what = "entry " + crypto::to_string(entry.id);
    if (entry.length > limit)
        throw sfc_damaged(*source_, what + " is longer than the " + std::to_string(limit) + " bytes it may have");
    return open_all(*source_, *codec(entry), entry.offset, entry.length, what);
}

std::shared_ptr<const segment_codec> sfc_reader::codec(const sfc_entry& entry) const {
    return sfc_entry_codec(entry.key, header_, entry.id);
}

void sfc_reader::read_stored(const sfc_entry& entry, std::uint64_t first, std::uint64_t count, byte_span out) const {
    const auto size = segment_codec::stored_length(entry.length, first, count);
    if (out.size() != size)
        throw failure(errc::internal, "A buffer for container segments has the wrong size; report this.");
    source_->read_at(entry.offset + first * (limits::segment_bytes + segment_codec::overhead), out);
}

} // namespace omegasafe::storage
