#include "storage/tree/tree_journal.hpp"

#include "crypto/kdf.hpp"
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
constexpr std::uint16_t journal_version = 2;
constexpr std::string_view key_info = "omegasafe tree journal v2";
constexpr std::string_view mask_info = "omegasafe tree journal v2 proof";

// Header: magic, version, kdf and its cost, two zeros, UUID of the tree, salt, check of all this and of what the run is
// bound to.
constexpr std::size_t journal_at_version = 8;
constexpr std::size_t journal_at_kdf = 10;
constexpr std::size_t journal_at_zeros = 14;
constexpr std::size_t journal_at_tree = 16;
constexpr std::size_t journal_at_salt = 32;
constexpr std::size_t at_header_check = 64;
// Record: UUID, tag and masked proof (zeros in a beginning), check of all this and of the record's number.
constexpr std::size_t record_at_tag = 16;
constexpr std::size_t record_at_position = 48;
constexpr std::size_t record_at_sha256 = 64;
constexpr std::size_t at_record_check = 96;
constexpr std::size_t proof_bytes = at_record_check - record_at_position;

/// Largest journal read: two records for each file of the largest index.
constexpr std::uint64_t largest_journal = 3ULL << 29;

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

/// Hides what a proof tells of a file, or shows it again. Each encrypted file is done once, so no mask is used twice.
void mask_proof(const secure_bytes& key, record_bytes& record) {
    const auto mask = crypto::hkdf_sha256(key, const_byte_span(record).first(record_at_tag), mask_info, proof_bytes);
    for (std::size_t i = 0; i < proof_bytes; ++i)
        record[record_at_position + i] ^= mask.data()[i];
}

journal_header new_header(
    const tree_journal::binding& bound, const sfc_password::root_parameters& root, const uuid& tree_uuid) {
    journal_header header{};
    std::copy(journal_magic.begin(), journal_magic.end(), header.begin());
    store_le(header.data() + journal_at_version, journal_version);
    header[journal_at_kdf] = static_cast<std::uint8_t>(root.kdf);
    header[journal_at_kdf + 1] = root.cost.log2_n;
    header[journal_at_kdf + 2] = root.cost.r;
    header[journal_at_kdf + 3] = root.cost.p;
    std::ranges::copy(tree_uuid, header.begin() + journal_at_tree);
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

journal_header header_of(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
    journal_header header{};
    if (bytes.size() < header.size() || !std::equal(journal_magic.begin(), journal_magic.end(), bytes.begin()))
        throw journal_damaged(path);
    std::copy_n(bytes.begin(), header.size(), header.begin());
    const auto version = load_le<std::uint16_t>(header.data() + journal_at_version);
    if (version > journal_version)
        throw failure(
            errc::container_newer, path.string() + " was begun by a newer omegasafe; update omegasafe to continue it.");
    if (version != journal_version || load_le<std::uint16_t>(header.data() + journal_at_zeros) != 0)
        throw journal_damaged(path);
    return header;
}

/// The journal's key, from a header that belongs to this run.
secure_bytes key_of(
    const std::filesystem::path& path, const journal_header& header, const tree_journal::binding& bound) {
    auto key = journal_key(bound, root_of(path, header));
    if (!crypto::equal_constant_time(
            header_check(key, header, bound), const_byte_span(header).subspan(at_header_check)))
        throw failure(errc::output_refused,
            path.string() + " belongs to a run with another input folder, key or configuration password; go on with "
                            "those, or choose another folder.");
    return key;
}

} // namespace

record_bytes encode_journal_record(
    const secure_bytes& key, std::uint64_t number, const journal_file& file, const file_tag* tag) {
    record_bytes record{};
    std::ranges::copy(file.encrypted, record.begin());
    if (tag != nullptr) {
        std::ranges::copy(*tag, record.begin() + record_at_tag);
        store_le(record.data() + record_at_position, file.proof.global_position_start);
        std::ranges::copy(file.proof.sha256, record.begin() + record_at_sha256);
        mask_proof(key, record);
    }
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
        record_bytes record{};
        std::copy_n(records.begin(), record.size(), record.begin());
        journal_file file;
        std::copy_n(record.begin(), file.encrypted.size(), file.encrypted.begin());
        file_tag tag{};
        std::copy_n(record.begin() + record_at_tag, tag.size(), tag.begin());
        if (tag == file_tag{}) {
            found.begun.insert(file.encrypted);
            continue;
        }
        mask_proof(key, record);
        file.proof.global_position_start = load_le<u128>(record.data() + record_at_position);
        std::copy_n(record.begin() + record_at_sha256, file.proof.sha256.size(), file.proof.sha256.begin());
        found.done.insert_or_assign(tag, file);
    }
    return found;
}

tree_journal::tree_journal(const held_folder& folder, secure_bytes key, const uuid& tree_uuid)
    : path_(folder.path() / tree_journal_name), key_(std::move(key)), tree_uuid_(tree_uuid),
      folder_(folder.open_folder("")), file_(folder.open(std::string{tree_journal_name}, O_WRONLY | O_APPEND)) {
    if (!file_)
        throw system_failure(errc::output_refused, "Cannot write " + path_.string(), errno);
}

tree_journal tree_journal::create(const held_folder& folder, const binding& bound) {
    const auto root = bound.password->for_new_container();
    const auto tree_uuid = crypto::random_uuid();
    atomic_file file(folder.open_folder(""), folder.path() / tree_journal_name, existing_target::refuse);
    file.write_at(0, new_header(bound, root, tree_uuid));
    file.commit();
    return {folder, journal_key(bound, root), tree_uuid};
}

tree_journal tree_journal::open(const held_folder& folder, const binding& bound) {
    const auto path = folder.path() / tree_journal_name;
    const auto bytes = read_whole(folder.open_file(std::string{tree_journal_name}), largest_journal);
    const auto header = header_of(path, bytes);
    uuid tree_uuid{};
    std::copy_n(header.begin() + journal_at_tree, tree_uuid.size(), tree_uuid.begin());
    tree_journal journal(folder, key_of(path, header, bound), tree_uuid);
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
        const auto record = encode_journal_record(key_, next_++, {id, {}}, nullptr);
        records.insert(records.end(), record.begin(), record.end());
    }
    append(records);
}

void tree_journal::finish(std::span<const std::pair<file_tag, journal_file>> files) {
    std::vector<std::uint8_t> records;
    for (const auto& [tag, file] : files) {
        const auto record = encode_journal_record(key_, next_++, file, &tag);
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
