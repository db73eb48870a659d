#include "crypto/random.hpp"
#include "messages/error.hpp"
#include "storage/byte_order.hpp"
#include "storage/sfc_header.hpp"
#include <algorithm>

namespace omegasafe::storage {

namespace {

failure misuse(const std::string& what) {
    return failure(errc::internal, "A container was written wrongly: " + what + "; report this.");
}

sfc_header new_header(const sfc_password_ptr& password, const sfc_header* like) {
    sfc_header header;
    header.password_protected = password != nullptr;
    if (like != nullptr) {
        if (like->password_protected != header.password_protected)
            throw misuse("password protection may not change while entries are kept");
        header.root = like->root;
        header.container_id = like->container_id;
    } else {
        header.root = password != nullptr ? password->for_new_container()
                                          : sfc_password::root_parameters{.kdf = 0, .cost = {0, 0, 0}, .salt = {}};
        header.container_id = crypto::random_uuid();
    }
    crypto::random_fill(header.directory_salt);
    return header;
}

/// Seals `plain` segment by segment and hands each to the sink.
void write_all(byte_sink& sink, const segment_codec& codec, std::uint64_t offset, const_byte_span plain) {
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

} // namespace

sfc_writer::sfc_writer(byte_sink& sink, sfc_password_ptr password, const sfc_header* like)
    : sink_(sink), header_(new_header(password, like)), next_offset_(sfc_header_bytes) {
    if (password != nullptr) {
        root_key_ = password->root_key(header_.root);
        header_.password_check = sfc_password_check(*root_key_, header_);
    } else {
        plain_codec_ = std::make_shared<const segment_codec>(secure_bytes{}, std::vector<std::uint8_t>{});
    }
}

sfc_entry& sfc_writer::append(const uuid& id, const_byte_span attributes, std::uint64_t length) {
    if (attributes.size() > limits::attributes_bytes)
        throw misuse("attributes are too long");
    auto entry = std::make_unique<sfc_entry>();
    entry->id = id;
    entry->offset = next_offset_;
    entry->length = length;
    entry->attributes.assign(attributes.begin(), attributes.end());
    next_offset_ += segment_codec::stored_length(length);
    return *entries_.emplace_back(std::move(entry));
}

const sfc_entry& sfc_writer::reserve(const uuid& id, const_byte_span attributes, std::uint64_t length) {
    auto& entry = append(id, attributes, length);
    if (root_key_ == nullptr) {
        entry.codec = plain_codec_;
    } else {
        secure_bytes key(crypto::aead_key_size);
        crypto::random_fill(key.span());
        entry.codec = sfc_entry_codec(key, header_, id);
    }
    return entry;
}

void sfc_writer::add(const uuid& id, const_byte_span attributes, const_byte_span data) {
    const auto& entry = reserve(id, attributes, data.size());
    write_all(sink_, *entry.codec, entry.offset, data);
    written_ += segment_codec::stored_length(data.size());
}

void sfc_writer::copy(
    const sfc_reader& from, const sfc_entry& entry, std::optional<std::vector<std::uint8_t>> attributes) {
    const auto& theirs = from.header();
    if (theirs.container_id != header_.container_id || theirs.root.salt != header_.root.salt ||
        theirs.root.kdf != header_.root.kdf || !(theirs.root.cost == header_.root.cost))
        throw misuse("sealed entries were taken from another container");
    auto& copied = append(entry.id, attributes ? *attributes : entry.attributes, entry.length);
    copied.codec = entry.codec;
    const auto stored = segment_codec::stored_length(entry.length);
    sink_.copy_from(from.source(), entry.offset, stored, copied.offset);
    written_ += stored;
}

void sfc_writer::write_stored(const sfc_entry& entry, std::uint64_t first, const_byte_span stored) {
    constexpr auto stored_segment = limits::segment_bytes + segment_codec::overhead;
    const auto size = segment_codec::stored_length(entry.length);
    if (first >= segment_codec::segment_count(entry.length) || stored.size() > size - first * stored_segment)
        throw misuse("segments lie beyond their entry");
    sink_.write_at(entry.offset + first * stored_segment, stored);
    written_ += stored.size();
}

secure_bytes sfc_writer::encode_directory() const {
    std::vector<const sfc_entry*> sorted;
    std::size_t size = 4;
    for (const auto& entry : entries_) {
        sorted.push_back(entry.get());
        size += 36 + entry->codec->key().size() + entry->attributes.size();
    }
    if (size > limits::directory_bytes)
        throw misuse("there are too many entries");
    std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->id < b->id; });
    if (std::adjacent_find(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->id == b->id; }) !=
        sorted.end())
        throw misuse("an entry stands twice");
    secure_bytes directory(size);
    auto* out = directory.data();
    const auto put = [&out](const_byte_span bytes) { out = std::copy(bytes.begin(), bytes.end(), out); };
    const auto put_number = [&out](auto number) {
        store_le(out, number);
        out += sizeof number;
    };
    put_number(static_cast<std::uint32_t>(sorted.size()));
    for (const auto* entry : sorted) {
        put({entry->id.begin(), entry->id.size()});
        put_number(entry->offset);
        put_number(entry->length);
        put(entry->codec->key());
        put_number(static_cast<std::uint32_t>(entry->attributes.size()));
        put(entry->attributes);
    }
    return directory;
}

std::uint64_t sfc_writer::finish() {
    if (written_ != next_offset_ - sfc_header_bytes)
        throw misuse("an entry was not filled exactly once");
    const auto directory = encode_directory();
    header_.directory_offset = next_offset_;
    header_.directory_stored = segment_codec::stored_length(directory.size());
    header_.total_size = header_.directory_offset + header_.directory_stored;
    write_all(sink_, sfc_directory_codec(root_key_.get(), header_), header_.directory_offset, directory);
    sink_.write_at(0, encode_sfc_header(header_));
    return header_.total_size;
}

} // namespace omegasafe::storage
