#include "storage/container/container_growth.hpp"

#include "crypto/random.hpp"
#include "storage/container/sfc_directory.hpp"
#include <algorithm>

namespace omegasafe::storage {

namespace {

/// What of the file is free: everything but header, entries and directory. First fit: directories of one container are
/// alike in size, so each goes to the place of the one before the present.
class free_space {
public:
    explicit free_space(const sfc_reader& from) {
        const auto& header = from.header();
        used_.reserve(from.entries().size() + 8);
        use(0, sfc_header_bytes);
        use(header.directory_offset, header.directory_stored);
        for (const auto& entry : from.entries())
            use(entry.offset, segment_codec::stored_length(entry.length));
        std::ranges::sort(used_);
    }

    std::uint64_t take(std::uint64_t size) {
        std::uint64_t end = 0; // of what lies before `next`
        auto next = used_.begin();
        for (; next != used_.end() && next->first - end < size; ++next)
            end = next->second;
        used_.insert(next, {end, end + size});
        return end;
    }

    /// Behind everything that is used.
    std::uint64_t end() const { return used_.back().second; }

private:
    void use(std::uint64_t offset, std::uint64_t size) { used_.emplace_back(offset, offset + size); }

    std::vector<std::pair<std::uint64_t, std::uint64_t>> used_; // begin and end, ordered; the parser saw no overlaps
};

/// The version after `old`; the place of its directory is not known yet.
sfc_header next_version(const sfc_header& old) {
    auto header = old;
    header.layout = sfc_layout::growing;
    crypto::random_fill(header.directory_salt); // also of a plain container: it names the version
    return header;
}

/// False when it is not certain that the header is on the disk.
bool header_is_safe(in_place_file& file) {
    try {
        file.sync();
        return true;
    } catch (const failure&) {
        return false;
    }
}

bool torn_header(const byte_source& source) {
    try {
        read_sfc_header(source, sfc_layout::growing);
        return false;
    } catch (const failure&) {
        return true;
    }
}

} // namespace

bool can_grow(const sfc_reader& from, const container_changes& changes) {
    const auto in_place = [&](const container_changes::entry& put) {
        return put.data.has_value() == (from.find(put.id) == nullptr);
    };
    return changes.remove.empty() && std::ranges::all_of(changes.put, in_place) && !torn_header(from.source());
}

bool grow_container(
    in_place_file& file, const sfc_reader& from, const sfc_password_ptr& password, const container_changes& changes) {
    const auto& old = from.header();
    for (const auto& put : changes.put)
        check_attributes(put.attributes);
    if (from.source().size() > old.total_size)
        file.cut(old.total_size);
    // A process may have been killed between writing its header and syncing it: the disk must not go back behind what
    // we build on, or its directory would be the one whose place we take.
    if (!header_is_safe(file))
        return false;
    auto header = next_version(old);
    free_space space(from);
    auto rows = from.entries();
    std::deque<sfc_new_entry> added; // rows point into it
    for (const auto& put : changes.put) {
        if (!put.data) {
            rows[static_cast<std::size_t>(from.find(put.id) - from.entries().data())].attributes = put.attributes;
            continue;
        }
        const auto size = put.data->size();
        const auto& entry = added.emplace_back(
            new_sfc_entry(header, put.id, space.take(segment_codec::stored_length(size)), put.attributes, size));
        write_sfc_segments(file, *entry.codec, entry.offset, *put.data);
        rows.push_back(entry.listed());
    }
    const auto directory = encode_sfc_directory(std::move(rows));
    header.directory_stored = segment_codec::stored_length(directory.size());
    header.directory_offset = space.take(header.directory_stored);
    // Never smaller, so that the copy of the header ends the file at every moment in which the header may be torn.
    header.total_size = std::max(old.total_size, space.end() + sfc_header_bytes);
    const auto root_key = header.password_protected ? password->root_key(header.root) : nullptr;
    write_sfc_segments(file, sfc_directory_codec(root_key.get(), header), header.directory_offset, directory);
    file.write_at(header.total_size - sfc_header_bytes, encode_sfc_header(header));
    file.sync();
    file.write_at(0, encode_sfc_header(header));
    return header_is_safe(file);
}

} // namespace omegasafe::storage
