#include "storage/container/sfc_directory.hpp"

#include "crypto/random.hpp"
#include "storage/files/byte_order.hpp"
#include <algorithm>

namespace omegasafe::storage {

namespace {

/// Bytes of a row without key and attributes: id, offset, length, length of the attributes.
constexpr std::size_t row_bytes = 36;

/// Walks through the directory's bytes; every step checks that the bytes are there.
class directory_parser {
public:
    directory_parser(const byte_source& source, const sfc_header& header, const_byte_span bytes)
        : source_(source), header_(header), rest_(bytes),
          key_bytes_(header.password_protected ? crypto::aead_key_size : 0) {}

    std::vector<sfc_entry> parse() {
        const auto count = load_le<std::uint32_t>(take(4).data());
        if (count > rest_.size() / (row_bytes + key_bytes_))
            throw sfc_damaged(source_, "its directory is too short for its entries");
        std::vector<sfc_entry> entries;
        entries.reserve(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto entry = parse_entry();
            if (!entries.empty() && !(entries.back().id < entry.id))
                throw sfc_damaged(source_, "its directory is not in order");
            entries.push_back(entry);
        }
        if (!rest_.empty())
            throw sfc_damaged(source_, "its directory has bytes left over");
        check_places(entries);
        return entries;
    }

private:
    const_byte_span take(std::size_t size) {
        if (size > rest_.size())
            throw sfc_damaged(source_, "its directory ends early");
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    sfc_entry parse_entry() {
        sfc_entry entry;
        const auto id = take(entry.id.size());
        std::copy(id.begin(), id.end(), entry.id.begin());
        entry.offset = load_le<std::uint64_t>(take(8).data());
        entry.length = load_le<std::uint64_t>(take(8).data());
        entry.key = take(key_bytes_);
        const auto size = load_le<std::uint32_t>(take(4).data());
        if (size > limits::attributes_bytes)
            throw sfc_damaged(source_, "attributes of an entry are too long");
        entry.attributes = take(size);
        return entry;
    }

    /// Nothing may overlap. In a packed container entries fill the space between header and directory exactly, so that
    /// no byte goes unchecked; a growing one has gaps, and its directory lies among the entries.
    void check_places(const std::vector<sfc_entry>& entries) const {
        const bool growing = header_.layout == sfc_layout::growing;
        const auto end = growing ? header_.total_size - sfc_header_bytes : header_.directory_offset;
        std::vector<std::pair<std::uint64_t, std::uint64_t>> places; // offset, stored length
        places.reserve(entries.size() + 1);
        for (const auto& entry : entries) {
            // Lengths below the file's size cannot overflow stored_length.
            if (entry.length > end || entry.offset > end)
                throw sfc_damaged(source_, "its entries lie beyond its end");
            places.emplace_back(entry.offset, segment_codec::stored_length(entry.length));
        }
        if (growing)
            places.emplace_back(header_.directory_offset, header_.directory_stored);
        std::sort(places.begin(), places.end());
        std::uint64_t expected = sfc_header_bytes;
        for (const auto& [offset, stored] : places) {
            if (offset < expected || (!growing && offset != expected) || stored > end - offset)
                throw sfc_damaged(source_, "its entries overlap or leave gaps");
            expected = offset + stored;
        }
        if (!growing && expected != end)
            throw sfc_damaged(source_, "its entries leave a gap before the directory");
    }

    const byte_source& source_;
    const sfc_header& header_;
    const_byte_span rest_;
    std::size_t key_bytes_;
};

} // namespace

std::vector<sfc_entry> parse_sfc_directory(
    const byte_source& source, const sfc_header& header, const_byte_span directory) {
    return directory_parser(source, header, directory).parse();
}

secure_bytes encode_sfc_directory(std::vector<sfc_entry> entries) {
    std::size_t size = 4;
    for (const auto& entry : entries)
        size += row_bytes + entry.key.size() + entry.attributes.size();
    if (size > limits::directory_bytes)
        throw sfc_misuse("there are too many entries");
    const auto by_id = [](const sfc_entry& a, const sfc_entry& b) { return a.id < b.id; };
    if (!std::ranges::is_sorted(entries, by_id))
        std::ranges::sort(entries, by_id);
    if (std::ranges::adjacent_find(entries, {}, &sfc_entry::id) != entries.end())
        throw sfc_misuse("an entry stands twice");
    secure_bytes directory(size);
    auto* out = directory.data();
    const auto put = [&out](const_byte_span bytes) { out = std::copy(bytes.begin(), bytes.end(), out); };
    const auto put_number = [&out](auto number) {
        store_le(out, number);
        out += sizeof number;
    };
    put_number(static_cast<std::uint32_t>(entries.size()));
    for (const auto& entry : entries) {
        put({entry.id.begin(), entry.id.size()});
        put_number(entry.offset);
        put_number(entry.length);
        put(entry.key);
        put_number(static_cast<std::uint32_t>(entry.attributes.size()));
        put(entry.attributes);
    }
    return directory;
}

void check_attributes(const_byte_span attributes) {
    if (attributes.size() > limits::attributes_bytes)
        throw sfc_misuse("attributes are too long");
}

sfc_new_entry new_sfc_entry(
    const sfc_header& header, const uuid& id, std::uint64_t offset, const_byte_span attributes, std::uint64_t length) {
    check_attributes(attributes);
    secure_bytes key(header.password_protected ? crypto::aead_key_size : 0);
    crypto::random_fill(key.span());
    return {id, offset, length, {attributes.begin(), attributes.end()}, sfc_entry_codec(key, header, id)};
}

void write_sfc_segments(byte_sink& sink, const segment_codec& codec, std::uint64_t offset, const_byte_span plain) {
    std::vector<std::uint8_t> stored(std::min(plain.size(), limits::segment_bytes) + segment_codec::overhead);
    const auto segments = segment_codec::segment_count(plain.size());
    for (std::uint64_t index = 0; index < segments; ++index) {
        const auto part = plain.first(std::min(plain.size(), limits::segment_bytes));
        const auto out = byte_span(stored).first(part.size() + segment_codec::overhead);
        codec.seal(index, index + 1 == segments, part, out);
        sink.write_at(offset, out);
        offset += out.size();
        plain = plain.subspan(part.size());
    }
}

failure sfc_misuse(const std::string& what) {
    return failure(errc::internal, "A container was written wrongly: " + what + "; report this.");
}

} // namespace omegasafe::storage
