// Secure File Container, version 1 (docs/formats.md): header, entries in 64 KiB segments, directory.
//
// With a password every segment and the directory are AES-256-GCM (STREAM); without, each segment carries an XXH3-128
// digest of the same 16 bytes, so both kinds have one layout.
#pragma once

#include "crypto/aead.hpp"
#include "crypto/kdf.hpp"
#include "crypto/uuid.hpp"
#include "messages/limits.hpp"
#include "storage/files/random_access.hpp"
#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace omegasafe::storage {

using crypto::secure_bytes;
using crypto::uuid;

/// How a container's root key comes from its password; the number in its header.
enum class password_kdf : std::uint8_t { none, scrypt, hkdf };

/// A container password and the root keys already derived from it (scrypt costs ~0.1 s, so each salt is paid once a
/// process). New containers made with one sfc_password share its salt. Thread-safe; share it by shared_ptr.
class sfc_password {
public:
    explicit sfc_password(std::string_view password);
    ~sfc_password();
    /// Root key for a header's parameters.
    struct root_parameters {
        password_kdf kdf = password_kdf::none;
        crypto::scrypt_cost cost{};
        std::array<std::uint8_t, 32> salt{};
    };
    std::shared_ptr<const secure_bytes> root_key(const root_parameters& parameters);
    /// What a new container gets: HKDF for a generated password, else scrypt; the salt is this object's own.
    root_parameters for_new_container() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};
using sfc_password_ptr = std::shared_ptr<sfc_password>; // null: no password

/// Seals and opens the segments of one entry. Immutable, thread-safe, cheap to share.
class segment_codec {
public:
    /// Bytes that a segment adds to its plain data.
    static constexpr std::size_t overhead = crypto::aead_tag_size;
    /// What a full segment takes in the container.
    static constexpr std::uint64_t stored_segment_bytes = limits::segment_bytes + overhead;
    /// Stored bytes of an entry of `length` plain bytes; an empty entry is one empty segment.
    static std::uint64_t stored_length(std::uint64_t length);
    static std::uint64_t segment_count(std::uint64_t length);

    /// `key` empty: plain container. `aad` is bound into every sealed segment, `seed` into the digests of plain ones.
    segment_codec(secure_bytes key, std::vector<std::uint8_t> aad, std::uint64_t seed = 0);
    /// Bytes of `count` stored segments from segment `first` on, of an entry of `length` plain bytes. The segments must
    /// exist (failure(internal)).
    static std::uint64_t stored_length(std::uint64_t length, std::uint64_t first, std::uint64_t count);
    const secure_bytes& key() const { return key_; }

    /// Writes plain.size() + overhead bytes. `plain` has limits::segment_bytes except in the last segment.
    void seal(std::uint64_t index, bool last, const_byte_span plain, byte_span out) const;
    /// Writes stored.size() - overhead bytes; false when the segment is not what was sealed at this place.
    [[nodiscard]] bool open(std::uint64_t index, bool last, const_byte_span stored, byte_span out) const;

private:
    secure_bytes key_;
    std::vector<std::uint8_t> aad_;
    std::uint64_t seed_;
};

/// One entry as the directory lists it. The spans lie in memory of the reader that lists it.
struct sfc_entry {
    uuid id{};
    std::uint64_t offset = 0;   // of its first segment in the container
    std::uint64_t length = 0;   // plain bytes
    const_byte_span attributes; // the owner's index data (CBOR); sealed with the directory
    const_byte_span key;        // empty in a plain container
};

/// How a container is laid out (docs/formats.md).
enum class sfc_layout : std::uint8_t {
    packed,  // header, entries, directory, no byte that is not checked; replaced as a whole
    growing, // changed in place: gaps where directories were, a copy of the header at the end
};

/// What the header says, readable without the password.
struct sfc_header {
    std::uint16_t version = 1;
    bool password_protected = false;
    sfc_password::root_parameters root{};
    uuid container_id{};
    std::array<std::uint8_t, 32> directory_salt{};
    std::array<std::uint8_t, 16> password_check{}; // tells a wrong password from damage
    std::uint64_t directory_offset = 0;
    std::uint64_t directory_stored = 0; // stored bytes of the directory
    std::uint64_t total_size = 0;       // bytes of the whole container
    sfc_layout layout = sfc_layout::packed;
};

/// Reads the header only. Throws failure(container_damaged / container_newer). Where growing containers are `accepted`,
/// there may be bytes behind the container, left by a change that was interrupted.
sfc_header read_sfc_header(const byte_source& source, sfc_layout accepted = sfc_layout::packed);
/// Reads the copy of the header that ends a growing container, for when the header itself was torn. Throws as above.
sfc_header read_sfc_tail(const byte_source& source);

/// Reads one container. Only the header and the directory are read on opening. Thread-safe.
class sfc_reader {
public:
    /// Throws failure(container_damaged / container_newer / password_wrong / password_missing); a password given for a
    /// plain container is ignored. A growing container is damage where it is not `accepted`.
    sfc_reader(
        std::shared_ptr<const byte_source> source, sfc_password_ptr password, sfc_layout accepted = sfc_layout::packed);
    /// With a header that was read before.
    sfc_reader(std::shared_ptr<const byte_source> source, sfc_password_ptr password, const sfc_header& header);

    const sfc_header& header() const { return header_; }
    const std::vector<sfc_entry>& entries() const { return entries_; }
    const sfc_entry* find(const uuid& id) const;
    /// Made when asked for: most entries of a large container are never opened.
    std::shared_ptr<const segment_codec> codec(const sfc_entry& entry) const;
    /// A whole entry, at most `limit` bytes long (failure(container_damaged) beyond).
    secure_bytes read(const sfc_entry& entry, std::uint64_t limit) const;
    /// Stored bytes of the segments [first, first+count) of an entry, not yet opened (the codec opens them).
    void read_stored(const sfc_entry& entry, std::uint64_t first, std::uint64_t count, byte_span out) const;
    const byte_source& source() const { return *source_; }

private:
    std::shared_ptr<const byte_source> source_;
    sfc_header header_;
    secure_bytes directory_;         // plain; what the entries' spans lie in
    std::vector<sfc_entry> entries_; // in the order of their ids
};

/// An entry that is being written: its place and what seals its segments.
struct sfc_new_entry {
    uuid id{};
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::vector<std::uint8_t> attributes;
    std::shared_ptr<const segment_codec> codec;

    sfc_entry listed() const { return {id, offset, length, attributes, codec->key()}; }
};

/// Writes one container: entries one after another, then finish(). Memory stays within one segment. For a sink that
/// takes bytes in their order only: reserve all entries, write_header(), fill the entries in their order, finish().
class sfc_writer {
public:
    /// `like`: keep the root parameters and container id of an existing container, so that entries can be copied as
    /// they are.
    sfc_writer(byte_sink& sink, sfc_password_ptr password, const sfc_header* like = nullptr);

    /// Adds a whole entry.
    void add(const uuid& id, const_byte_span attributes, const_byte_span data);
    /// Copies an entry of the container given as `like`, sealed segments as they are, with new or its old attributes.
    /// Entries that follow each other in `from`, which must live until finish(), are copied in one piece.
    void copy(const sfc_reader& from, const sfc_entry& entry, std::optional<std::vector<std::uint8_t>> attributes = {});
    /// Opens an entry of known length to be filled by write_stored, segments in any order, by any thread. Every segment
    /// is sealed and written exactly once: sealing two texts under one nonce would give both away.
    const sfc_new_entry& reserve(const uuid& id, const_byte_span attributes, std::uint64_t length);
    /// Writes stored bytes (from entry.codec->seal) that start at segment `first` of a reserved entry.
    void write_stored(const sfc_new_entry& entry, std::uint64_t first, const_byte_span stored);
    /// Writes all of a reserved entry.
    void fill(const sfc_new_entry& entry, const_byte_span data);
    /// Writes the header ahead of the entries. All must be reserved and none copied: no other may come afterwards.
    void write_header();
    /// Writes the directory, and the header unless it stands. The sink then holds the whole container. Returns its size
    /// in bytes. Throws failure(internal) when an id stands twice or a reserved entry was not filled exactly.
    std::uint64_t finish();

private:
    /// Entries that are copied in one piece: they follow each other here and there.
    struct copied_run {
        const sfc_reader* from = nullptr;
        std::uint64_t begin = 0, length = 0, target = 0;
    };
    std::uint64_t place(std::uint64_t length);
    void write_run();
    void place_directory();

    byte_sink& sink_;
    sfc_header header_;
    std::shared_ptr<const secure_bytes> root_key_;   // null: no password
    std::deque<sfc_new_entry> added_;                // stable addresses: reserve() hands out references
    std::deque<std::vector<std::uint8_t>> replaced_; // new attributes of copied entries
    std::vector<sfc_entry> copied_;
    copied_run run_;         // not written yet
    secure_bytes directory_; // once the header is complete
    std::uint64_t next_offset_ = 0;
    std::atomic<std::uint64_t> written_{0}; // stored bytes of entries so far
};

} // namespace omegasafe::storage
