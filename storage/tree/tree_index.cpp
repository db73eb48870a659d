#include "storage/tree/tree_index.hpp"

#include "messages/limits.hpp"
#include "storage/files/byte_order.hpp"
#include "storage/records/encrypted_file.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>
#include <set>

namespace omegasafe::storage {

namespace {

constexpr std::array<std::uint8_t, 8> index_magic{0x8f, 'O', 'S', 'T', '\r', '\n', 0x1a, '\n'};
constexpr std::uint16_t index_version = 2;

// Header: magic, version, 6 zeros, number of rows, UUID of the tree.
constexpr std::size_t index_header_bytes = 40;
constexpr std::size_t index_at_count = 16;
constexpr std::size_t index_at_tree = 24;

constexpr std::size_t index_row_bytes = 88; // before the path
constexpr std::size_t row_at_encrypted = 24;
constexpr std::size_t row_at_position = 40;
constexpr std::size_t row_at_sha256 = 56;
constexpr std::uint16_t folder_flag = 1;

failure index_damaged(const std::string& what) {
    return failure(errc::container_damaged,
        "The index of the tree is damaged: " + what + "; restore " + std::string{tree_index_name} + " from a copy.");
}

void put_row(std::uint8_t* out, const tree_entry& entry) {
    store_le(out, entry.is_folder ? folder_flag : std::uint16_t{0});
    store_le(out + 2, static_cast<std::uint16_t>(entry.attributes.mode));
    store_le(out + 4, static_cast<std::uint16_t>(entry.path.size()));
    store_le(out + 6, std::uint16_t{0});
    store_le(out + 8, entry.attributes.size);
    store_le(out + 16, static_cast<std::uint64_t>(entry.attributes.mtime_ns));
    std::ranges::copy(entry.encrypted, out + row_at_encrypted);
    store_le(out + row_at_position, entry.proof.global_position_start);
    std::ranges::copy(entry.proof.sha256, out + row_at_sha256);
}

/// Walks through the rows; every step checks that the bytes are there.
class row_parser {
public:
    explicit row_parser(crypto::const_byte_span rows) : rest_(rows) {}

    tree_entry next() {
        const auto* row = take(index_row_bytes).data();
        const auto flags = load_le<std::uint16_t>(row);
        if (flags > folder_flag || load_le<std::uint16_t>(row + 6) != 0)
            throw index_damaged("a row has unknown flags");
        tree_entry entry;
        entry.is_folder = flags == folder_flag;
        entry.attributes = {load_le<std::uint64_t>(row + 8), load_le<std::uint16_t>(row + 2),
            static_cast<std::int64_t>(load_le<std::uint64_t>(row + 16))};
        std::copy_n(row + row_at_encrypted, entry.encrypted.size(), entry.encrypted.begin());
        entry.proof.global_position_start = load_le<u128>(row + row_at_position);
        std::copy_n(row + row_at_sha256, entry.proof.sha256.size(), entry.proof.sha256.begin());
        const auto path = take(load_le<std::uint16_t>(row + 4));
        entry.path.assign(reinterpret_cast<const char*>(path.data()), path.size());
        return entry;
    }
    std::size_t left() const { return rest_.size(); }

private:
    crypto::const_byte_span take(std::size_t size) {
        if (size > rest_.size())
            throw index_damaged("it ends early");
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    crypto::const_byte_span rest_;
};

/// What a single row must obey, whatever the others say.
void check_row(const tree_entry& entry) {
    if (!safe_tree_path(entry.path))
        throw index_damaged("a path in it is not safe");
    if (entry.attributes.mode > 0777)
        throw index_damaged("a row has more than permission bits");
    if (entry.is_folder != entry.encrypted.is_nil() ||
        (entry.is_folder && (entry.attributes.size != 0 || entry.proof != file_proof{})))
        throw index_damaged("a row is neither file nor folder");
}

/// Rows seen so far: what makes the next one a duplicate or an orphan.
class known_rows {
public:
    void add(const tree_entry& entry) {
        if (!(last_ < entry.path))
            throw index_damaged("its paths are not in order");
        const auto slash = entry.path.rfind('/');
        if (slash != std::string::npos && !folders_.contains(entry.path.substr(0, slash)))
            throw index_damaged("a path lies in a folder that it does not list");
        if (entry.is_folder)
            folders_.insert(entry.path);
        else if (!encrypted_.insert(entry.encrypted).second)
            throw index_damaged("an encrypted file stands in it twice");
        last_ = entry.path;
    }

private:
    std::string last_; // no path is empty
    std::set<std::string> folders_;
    std::set<uuid> encrypted_;
};

} // namespace

std::string encrypted_name(const uuid& id) {
    return crypto::to_string(id).append(encrypted_suffix);
}

bool safe_tree_path(std::string_view path) {
    if (path.size() > limits::tree_path_bytes)
        return false;
    while (true) {
        const auto slash = path.find('/');
        if (!safe_base_name(path.substr(0, slash)))
            return false;
        if (slash == std::string_view::npos)
            return true;
        path.remove_prefix(slash + 1);
    }
}

std::uint64_t tree_index_size(const std::vector<tree_entry>& entries) {
    std::uint64_t size = index_header_bytes;
    for (const auto& entry : entries)
        size += index_row_bytes + entry.path.size();
    if (size > limits::tree_index_bytes)
        throw failure(errc::file_too_large, "The tree has too many files for one index of " +
                                                std::to_string(limits::tree_index_bytes) +
                                                " bytes; encrypt its folders one by one.");
    return size;
}

std::vector<std::uint8_t> encode_tree_index(const tree_index& index) {
    std::vector<std::uint8_t> bytes(tree_index_size(index.entries));
    std::copy(index_magic.begin(), index_magic.end(), bytes.begin());
    store_le(bytes.data() + 8, index_version);
    store_le(bytes.data() + index_at_count, static_cast<std::uint64_t>(index.entries.size()));
    std::ranges::copy(index.tree_uuid, bytes.begin() + index_at_tree);
    auto* out = bytes.data() + index_header_bytes;
    for (const auto& entry : index.entries) {
        put_row(out, entry);
        out = std::copy(entry.path.begin(), entry.path.end(), out + index_row_bytes);
    }
    return bytes;
}

tree_index decode_tree_index(crypto::const_byte_span bytes) {
    if (bytes.size() < index_header_bytes || !std::equal(index_magic.begin(), index_magic.end(), bytes.begin()))
        throw index_damaged("it does not begin like one");
    const auto version = load_le<std::uint16_t>(bytes.data() + 8);
    if (version > index_version)
        throw failure(
            errc::container_newer, "The tree was encrypted by a newer omegasafe; update omegasafe to decrypt it.");
    const auto zeros = bytes.subspan(10, 6);
    if (version != index_version || std::any_of(zeros.begin(), zeros.end(), [](auto byte) { return byte != 0; }))
        throw index_damaged("its header is wrong");
    const auto count = load_le<std::uint64_t>(bytes.data() + index_at_count);
    row_parser rows(bytes.subspan(index_header_bytes));
    if (count > rows.left() / index_row_bytes)
        throw index_damaged("it is too short for its rows");
    tree_index index;
    std::copy_n(bytes.begin() + index_at_tree, index.tree_uuid.size(), index.tree_uuid.begin());
    index.entries.reserve(count);
    known_rows known;
    for (std::uint64_t i = 0; i < count; ++i) {
        auto entry = rows.next();
        check_row(entry);
        known.add(entry);
        index.entries.push_back(std::move(entry));
    }
    if (rows.left() > 0)
        throw index_damaged("it has bytes left over");
    return index;
}

} // namespace omegasafe::storage
