// What an interrupted encrypt-tree leaves for --resume: which files are done, without saying their names
// (docs/formats.md).
#pragma once

#include "crypto/hash.hpp"
#include "messages/tree.hpp"
#include "storage/container/sfc.hpp"
#include "storage/files/held_folder.hpp"
#include <map>
#include <set>
#include <span>

namespace omegasafe::storage {

/// Name of the journal in the output folder.
inline constexpr std::string_view tree_journal_name = ".omegasafe-journal";

/// A source file as the journal knows it: a keyed hash of path, size and modification time.
using file_tag = crypto::sha256_digest;

/// A durable encrypted file: its name, and what the index is to say of it.
struct journal_file {
    uuid encrypted{};
    file_proof proof{};
    bool operator==(const journal_file&) const = default;
};

/// The records of a journal, as far as they are whole and true.
struct journal_records {
    std::set<uuid> begun;                  // encrypted files that may lie there, whole or not
    std::map<file_tag, journal_file> done; // durable ones, by what they were made from
    std::uint64_t count = 0;               // of both kinds
    bool operator==(const journal_records&) const = default;
};

/// Bytes of one record, and of the header before the first.
inline constexpr std::size_t journal_record_bytes = 112;
inline constexpr std::size_t journal_header_bytes = 96;

/// One record; `number` counts from 0. Without tag it is a beginning, and has no proof.
std::array<std::uint8_t, journal_record_bytes> encode_journal_record(
    const secure_bytes& key, std::uint64_t number, const journal_file& file, const file_tag* tag);
/// Reads records up to the first that is cut short or false: a killed process leaves such a one at the end.
journal_records parse_journal_records(const secure_bytes& key, const_byte_span records);

/// The journal of one tree. Records are appended and not synced: they speak of what is durable already, and one that is
/// lost costs no more than doing its file again.
class tree_journal {
public:
    /// What a run is bound to: another input, key or password must not go on with it.
    struct binding {
        sfc_password_ptr password;
        uuid key_uuid{};
        std::filesystem::path input; // canonical
    };
    /// A new, empty one. Throws failure(output_refused) when there is one already.
    static tree_journal create(const held_folder& folder, const binding& bound);
    /// One to go on with; a torn end is cut off. Throws failure(output_refused) when it is of another run,
    /// failure(container_damaged / container_newer) when it is none.
    static tree_journal open(const held_folder& folder, const binding& bound);

    const journal_records& before() const { return before_; }
    /// Of the tree: drawn by create().
    const uuid& tree_uuid() const { return tree_uuid_; }
    file_tag tag_of(std::string_view path, const file_attributes& attributes) const;

    /// These encrypted files are about to be written.
    void begin(std::span<const uuid> files);
    /// These are durable.
    void finish(std::span<const std::pair<file_tag, journal_file>> files);
    /// The tree is complete: takes the journal away.
    void remove();

private:
    tree_journal(const held_folder& folder, secure_bytes key, const uuid& tree_uuid);
    void append(const std::vector<std::uint8_t>& records);

    std::filesystem::path path_;
    secure_bytes key_;
    uuid tree_uuid_;
    descriptor folder_, file_;
    journal_records before_;
    std::uint64_t next_ = 0; // number of the next record
};

} // namespace omegasafe::storage
