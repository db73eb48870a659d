#include "storage/tree/tree_journal.hpp"

#include "storage/files/atomic_file.hpp"
#include "storage/files/byte_order.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/system_error.hpp"
#include <algorithm>
#include <fcntl.h>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace {

using record_bytes = std::array<std::uint8_t, journal_record_bytes>;
using journal_header = std::array<std::uint8_t, journal_header_bytes>;

constexpr std::array<std::uint8_t, 8> journal_magic{0x8f, 'O', 'S', 'J', '\r', '\n', 0x1a, '\n'};
constexpr std::uint16_t journal_version = 1;
constexpr std::string_view key_info = "omegasafe tree journal v1";

// Header: magic, version, kdf and its cost, zeros, salt, check of all this and of what the run is bound to.
constexpr std::size_t journal_at_version = 8;
constexpr std::size_t journal_at_kdf = 10;
constexpr std::size_t journal_at_salt = 32;
constexpr std::size_t at_header_check = 64;
// Record: UUID, tag (zero in a beginning), check of both and of the record's number.
constexpr std::size_t record_at_tag = 16;
constexpr std::size_t at_record_check = 48;

/// Largest journal read: two records for each file of the largest index.
constexpr std::uint64_t largest_journal = 1ULL << 30;

crypto::sha256_digest header_check(
    const secure_bytes& key, const journal_header& header, const tree_journal::binding& bound) {
    const auto input = bound.input.string();
    std::vector<std::uint8_t> bytes(header.begin(), header.begin() + at_header_check);
    bytes.insert(bytes.end(), bound.key_uuid.begin(), bound.key_uuid.end());
    bytes.insert(bytes.end(), input.begin(), input.end());
    return crypto::hmac_sha256(key, bytes);
}

crypto::sha256_digest record_check(const secure_bytes& key, std::uint64_t number, const std::uint8_t* record) {
    std::array<std::uint8_t, at_record_check + 8> bytes{};
    std::copy_n(record, at_record_check, bytes.begin());
    store_le(bytes.data() + at_record_check, number);
    return crypto::hmac_sha256(key, bytes);
}

secure_bytes journal_key(const tree_journal::binding& bound, const sfc_password::root_parameters& root) {
    return crypto::hkdf_sha256(*bound.password->root_key(root), {}, key_info);
}

journal_header new_header(const tree_journal::binding& bound, const sfc_password::root_parameters& root) {
    journal_header header{};
    std::copy(journal_magic.begin(), journal_magic.end(), header.begin());
    store_le(header.data() + journal_at_version, journal_version);
    header[journal_at_kdf] = static_cast<std::uint8_t>(root.kdf);
    header[journal_at_kdf + 1] = root.cost.log2_n;
    header[journal_at_kdf + 2] = root.cost.r;
    header[journal_at_kdf + 3] = root.cost.p;
    std::ranges::copy(root.salt, header.begin() + journal_at_salt);
    const auto check = header_check(journal_key(bound, root), header, bound);
    std::ranges::copy(check, header.begin() + at_header_check);
    return header;
}

failure journal_damaged(const std::filesystem::path& path) {
    return failure(errc::container_damaged,
        path.string() + " is not a journal that can be continued; encrypt the tree into another folder.");
}

sfc_password::root_parameters root_of(const std::filesystem::path& path, const journal_header& header) {
    sfc_password::root_parameters root{.kdf = static_cast<password_kdf>(header[journal_at_kdf]),
        .cost = {header[journal_at_kdf + 1], header[journal_at_kdf + 2], header[journal_at_kdf + 3]},
        .salt = {}};
    std::copy_n(header.begin() + journal_at_salt, root.salt.size(), root.salt.begin());
    if ((root.kdf != password_kdf::scrypt && root.kdf != password_kdf::hkdf) ||
        (root.kdf == password_kdf::scrypt && !crypto::acceptable(root.cost)))
        throw journal_damaged(path);
    return root;
}

/// The journal's key, from a header that belongs to this run.
secure_bytes key_of(
    const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes, const tree_journal::binding& bound) {
    journal_header header{};
    if (bytes.size() < header.size() || !std::equal(journal_magic.begin(), journal_magic.end(), bytes.begin()))
        throw journal_damaged(path);
    std::copy_n(bytes.begin(), header.size(), header.begin());
    if (load_le<std::uint16_t>(header.data() + journal_at_version) > journal_version)
        throw failure(
            errc::container_newer, path.string() + " was begun by a newer omegasafe; update omegasafe to continue it.");
    auto key = journal_key(bound, root_of(path, header));
    if (!crypto::equal_constant_time(
            header_check(key, header, bound), const_byte_span(header).subspan(at_header_check)))
        throw failure(errc::output_refused,
            path.string() + " belongs to a run with another input folder, key or configuration password; go on with "
                            "those, or choose another folder.");
    return key;
}

} // namespace

record_bytes encode_journal_record(const secure_bytes& key, std::uint64_t number, const uuid& id, const file_tag* tag) {
    record_bytes record{};
    std::copy(id.begin(), id.end(), record.begin());
    if (tag != nullptr)
        std::ranges::copy(*tag, record.begin() + record_at_tag);
    const auto check = record_check(key, number, record.data());
    std::copy_n(check.begin(), record.size() - at_record_check, record.begin() + at_record_check);
    return record;
}

journal_records parse_journal_records(const secure_bytes& key, const_byte_span records) {
    journal_records found;
    for (; records.size() >= journal_record_bytes; records = records.subspan(journal_record_bytes), ++found.count) {
        const auto check = record_check(key, found.count, records.data());
        if (!crypto::equal_constant_time(const_byte_span(check).first(journal_record_bytes - at_record_check),
                records.subspan(at_record_check, journal_record_bytes - at_record_check)))
            break;
        uuid id{};
        std::copy_n(records.begin(), id.size(), id.begin());
        file_tag tag{};
        std::copy_n(records.begin() + record_at_tag, tag.size(), tag.begin());
        if (tag == file_tag{})
            found.begun.insert(id);
        else
            found.done.insert_or_assign(tag, id);
    }
    return found;
}

tree_journal::tree_journal(const held_folder& folder, secure_bytes key)
    : path_(folder.path() / tree_journal_name), key_(std::move(key)), folder_(folder.open_folder("")),
      file_(folder.open(std::string{tree_journal_name}, O_WRONLY | O_APPEND)) {
    if (!file_)
        throw system_failure(errc::output_refused, "Cannot write " + path_.string(), errno);
}

tree_journal tree_journal::create(const held_folder& folder, const binding& bound) {
    const auto root = bound.password->for_new_container();
    atomic_file file(folder.open_folder(""), folder.path() / tree_journal_name, existing_target::refuse);
    file.write_at(0, new_header(bound, root));
    file.commit();
    return {folder, journal_key(bound, root)};
}

tree_journal tree_journal::open(const held_folder& folder, const binding& bound) {
    const auto path = folder.path() / tree_journal_name;
    const auto bytes = read_whole(folder.open_file(std::string{tree_journal_name}), largest_journal);
    tree_journal journal(folder, key_of(path, bytes, bound));
    journal.before_ = parse_journal_records(journal.key_, const_byte_span(bytes).subspan(journal_header_bytes));
    journal.next_ = journal.before_.count;
    const auto whole = journal_header_bytes + journal.next_ * journal_record_bytes;
    if (::ftruncate(journal.file_.get(), static_cast<off_t>(whole)) != 0)
        throw system_failure(errc::io_failed, "Writing " + path.string() + " failed", errno);
    return journal;
}

file_tag tree_journal::tag_of(std::string_view path, const file_attributes& attributes) const {
    std::vector<std::uint8_t> bytes(16 + path.size());
    store_le(bytes.data(), attributes.size);
    store_le(bytes.data() + 8, static_cast<std::uint64_t>(attributes.mtime_ns));
    std::copy(path.begin(), path.end(), bytes.begin() + 16);
    return crypto::hmac_sha256(key_, bytes);
}

void tree_journal::begin(std::span<const uuid> files) {
    std::vector<std::uint8_t> records;
    for (const auto& id : files) {
        const auto record = encode_journal_record(key_, next_++, id, nullptr);
        records.insert(records.end(), record.begin(), record.end());
    }
    append(records);
}

void tree_journal::finish(std::span<const std::pair<file_tag, uuid>> files) {
    std::vector<std::uint8_t> records;
    for (const auto& [tag, id] : files) {
        const auto record = encode_journal_record(key_, next_++, id, &tag);
        records.insert(records.end(), record.begin(), record.end());
    }
    append(records);
}

void tree_journal::append(const std::vector<std::uint8_t>& records) {
    for (const_byte_span rest = records; !rest.empty();) {
        const int injected = fail_point("journal");
        const auto written = injected != 0 ? -1 : ::write(file_.get(), rest.data(), rest.size());
        if (injected == 0 && written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            throw system_failure(errc::io_failed, "Writing " + path_.string() + " failed",
                injected != 0 ? injected : (written < 0 ? errno : ENOSPC));
        rest = rest.subspan(static_cast<std::size_t>(written));
    }
}

void tree_journal::remove() {
    if (::unlinkat(folder_.get(), std::string{tree_journal_name}.c_str(), 0) != 0)
        throw system_failure(errc::io_failed, "Cannot remove " + path_.string(), errno);
}

} // namespace omegasafe::storage
