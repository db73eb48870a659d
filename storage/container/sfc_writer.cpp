#include "crypto/random.hpp"
#include "storage/container/sfc_directory.hpp"
#include <utility>

namespace omegasafe::storage {

namespace {

sfc_header new_header(const sfc_password_ptr& password, const sfc_header* like) {
    sfc_header header;
    header.password_protected = password != nullptr;
    if (like != nullptr) {
        if (like->password_protected != header.password_protected)
            throw sfc_misuse("password protection may not change while entries are kept");
        header.root = like->root;
        header.container_id = like->container_id;
    } else {
        header.root = password != nullptr
                          ? password->for_new_container()
                          : sfc_password::root_parameters{.kdf = password_kdf::none, .cost = {0, 0, 0}, .salt = {}};
        header.container_id = crypto::random_uuid();
    }
    crypto::random_fill(header.directory_salt);
    return header;
}

} // namespace

sfc_writer::sfc_writer(byte_sink& sink, sfc_password_ptr password, const sfc_header* like)
    : sink_(sink), header_(new_header(password, like)), next_offset_(sfc_header_bytes) {
    if (password == nullptr)
        return;
    root_key_ = password->root_key(header_.root);
    header_.password_check = sfc_password_check(*root_key_, header_);
}

/// The place of the next entry.
std::uint64_t sfc_writer::place(std::uint64_t length) {
    if (!directory_.empty())
        throw sfc_misuse("an entry came after the header");
    return std::exchange(next_offset_, next_offset_ + segment_codec::stored_length(length));
}

const sfc_new_entry& sfc_writer::reserve(const uuid& id, const_byte_span attributes, std::uint64_t length) {
    return added_.emplace_back(new_sfc_entry(header_, id, place(length), attributes, length));
}

void sfc_writer::add(const uuid& id, const_byte_span attributes, const_byte_span data) {
    fill(reserve(id, attributes, data.size()), data);
}

void sfc_writer::fill(const sfc_new_entry& entry, const_byte_span data) {
    if (data.size() != entry.length)
        throw sfc_misuse("an entry was filled with more or less than its length");
    write_sfc_segments(sink_, *entry.codec, entry.offset, data);
    written_ += segment_codec::stored_length(data.size());
}

void sfc_writer::copy(
    const sfc_reader& from, const sfc_entry& entry, std::optional<std::vector<std::uint8_t>> attributes) {
    const auto& theirs = from.header();
    if (theirs.container_id != header_.container_id || theirs.root.salt != header_.root.salt ||
        theirs.root.kdf != header_.root.kdf || !(theirs.root.cost == header_.root.cost))
        throw sfc_misuse("sealed entries were taken from another container");
    auto copied = entry;
    copied.offset = place(entry.length);
    if (attributes)
        copied.attributes = replaced_.emplace_back(std::move(*attributes));
    check_attributes(copied.attributes);
    copied_.push_back(copied);
    if (run_.from != &from || run_.begin + run_.length != entry.offset || run_.target + run_.length != copied.offset) {
        write_run();
        run_ = {&from, entry.offset, 0, copied.offset};
    }
    run_.length += segment_codec::stored_length(entry.length);
}

void sfc_writer::write_run() {
    if (run_.length > 0)
        sink_.copy_from(run_.from->source(), run_.begin, run_.length, run_.target);
    written_ += std::exchange(run_.length, 0);
}

void sfc_writer::write_stored(const sfc_new_entry& entry, std::uint64_t first, const_byte_span stored) {
    const auto size = segment_codec::stored_length(entry.length);
    if (first >= segment_codec::segment_count(entry.length) ||
        stored.size() > size - first * segment_codec::stored_segment_bytes)
        throw sfc_misuse("segments lie beyond their entry");
    sink_.write_at(entry.offset + first * segment_codec::stored_segment_bytes, stored);
    written_ += stored.size();
}

/// The directory knows where entries lie, not what is in them, so the header can be complete before they are filled.
void sfc_writer::place_directory() {
    auto entries = std::move(copied_);
    for (const auto& entry : added_)
        entries.push_back(entry.listed());
    directory_ = encode_sfc_directory(std::move(entries));
    header_.directory_offset = next_offset_;
    header_.directory_stored = segment_codec::stored_length(directory_.size());
    header_.total_size = header_.directory_offset + header_.directory_stored;
}

void sfc_writer::write_header() {
    if (!directory_.empty() || !copied_.empty())
        throw sfc_misuse("its header cannot stand before its entries");
    place_directory();
    sink_.write_at(0, encode_sfc_header(header_));
}

std::uint64_t sfc_writer::finish() {
    write_run();
    if (written_ != next_offset_ - sfc_header_bytes)
        throw sfc_misuse("an entry was not filled exactly once");
    const bool header_stands = !directory_.empty();
    if (!header_stands)
        place_directory();
    write_sfc_segments(sink_, sfc_directory_codec(root_key_.get(), header_), header_.directory_offset, directory_);
    if (!header_stands)
        sink_.write_at(0, encode_sfc_header(header_));
    return header_.total_size;
}

} // namespace omegasafe::storage
