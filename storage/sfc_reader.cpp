#include "messages/error.hpp"
#include "storage/byte_order.hpp"
#include "storage/sfc_header.hpp"
#include <algorithm>

namespace omegasafe::storage {

namespace {

/// Plain length of something stored in `stored` bytes; nothing when no length is stored in so many.
std::optional<std::uint64_t> plain_length(std::uint64_t stored) {
    constexpr auto stored_segment = limits::segment_bytes + segment_codec::overhead;
    const auto tags = ((stored + stored_segment - 1) / stored_segment) * segment_codec::overhead;
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

/// Walks through the directory's bytes; every step checks that the bytes are there.
class directory_parser {
public:
    directory_parser(const byte_source& source, const sfc_header& header, const_byte_span bytes)
        : source_(source), header_(header), rest_(bytes) {}

    std::vector<sfc_entry> parse() {
        const auto count = load_le<std::uint32_t>(take(4).data());
        if (count > rest_.size() / smallest_entry())
            throw sfc_damaged(source_, "its directory is too short for its entries");
        std::vector<sfc_entry> entries;
        entries.reserve(count);
        const auto plain_codec = std::make_shared<const segment_codec>(secure_bytes{}, std::vector<std::uint8_t>{});
        for (std::uint32_t i = 0; i < count; ++i) {
            auto entry = parse_entry(plain_codec);
            if (!entries.empty() && !(entries.back().id < entry.id))
                throw sfc_damaged(source_, "its directory is not in order");
            entries.push_back(std::move(entry));
        }
        if (!rest_.empty())
            throw sfc_damaged(source_, "its directory has bytes left over");
        check_tiling(entries);
        return entries;
    }

private:
    std::size_t smallest_entry() const { return header_.password_protected ? 68 : 36; }

    const_byte_span take(std::size_t size) {
        if (size > rest_.size())
            throw sfc_damaged(source_, "its directory ends early");
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    sfc_entry parse_entry(const std::shared_ptr<const segment_codec>& plain_codec) {
        sfc_entry entry;
        const auto id = take(entry.id.size());
        std::copy(id.begin(), id.end(), entry.id.begin());
        entry.offset = load_le<std::uint64_t>(take(8).data());
        entry.length = load_le<std::uint64_t>(take(8).data());
        entry.codec =
            header_.password_protected ? sfc_entry_codec(take(crypto::aead_key_size), header_, entry.id) : plain_codec;
        const auto size = load_le<std::uint32_t>(take(4).data());
        if (size > limits::attributes_bytes)
            throw sfc_damaged(source_, "attributes of an entry are too long");
        const auto attributes = take(size);
        entry.attributes.assign(attributes.begin(), attributes.end());
        return entry;
    }

    /// Entries must fill the space between header and directory exactly, so that no byte goes unchecked.
    void check_tiling(const std::vector<sfc_entry>& entries) const {
        std::vector<const sfc_entry*> by_offset;
        by_offset.reserve(entries.size());
        for (const auto& entry : entries)
            by_offset.push_back(&entry);
        std::sort(by_offset.begin(), by_offset.end(), [](auto* a, auto* b) { return a->offset < b->offset; });
        std::uint64_t expected = sfc_header_bytes;
        for (const auto* entry : by_offset) {
            // Lengths below the file's size cannot overflow stored_length.
            if (entry->offset != expected || entry->length > header_.directory_offset - expected ||
                segment_codec::stored_length(entry->length) > header_.directory_offset - expected)
                throw sfc_damaged(source_, "its entries overlap or leave gaps");
            expected += segment_codec::stored_length(entry->length);
        }
        if (expected != header_.directory_offset)
            throw sfc_damaged(source_, "its entries leave a gap before the directory");
    }

    const byte_source& source_;
    const sfc_header& header_;
    const_byte_span rest_;
};

} // namespace

sfc_reader::sfc_reader(std::shared_ptr<const byte_source> source, sfc_password_ptr password)
    : source_(std::move(source)), header_(read_sfc_header(*source_)) {
    const auto root_key = unlock(*source_, header_, password);
    const auto length = plain_length(header_.directory_stored);
    if (!length)
        throw sfc_damaged(*source_, "its directory has an impossible size");
    const auto codec = sfc_directory_codec(root_key.get(), header_);
    const auto directory = open_all(*source_, codec, header_.directory_offset, *length, "its directory");
    entries_ = directory_parser(*source_, header_, directory).parse();
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
    return open_all(*source_, *entry.codec, entry.offset, entry.length, what);
}

void sfc_reader::read_stored(const sfc_entry& entry, std::uint64_t first, std::uint64_t count, byte_span out) const {
    const auto size = segment_codec::stored_length(entry.length, first, count);
    if (out.size() != size)
        throw failure(errc::internal, "A buffer for container segments has the wrong size; report this.");
    source_->read_at(entry.offset + first * (limits::segment_bytes + segment_codec::overhead), out);
}

} // namespace omegasafe::storage
