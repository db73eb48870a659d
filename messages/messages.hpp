// The words actors exchange: plain values, no behaviour. What each is for stands at the interface that takes it
// (actors.hpp).
#pragma once

#include "crypto/direction.hpp"
#include "crypto/geometry.hpp"
#include "crypto/position.hpp"
#include "crypto/secure_memory.hpp"
#include "crypto/uuid.hpp"
#include "messages/limits.hpp"
#include <boost/align/aligned_allocator.hpp>
#include <omegasafe/files.hpp>
#include <omegasafe/keys.hpp>
#include <omegasafe/settings.hpp>

namespace omegasafe::crypto {
class cipher;
class key_material;
} // namespace omegasafe::crypto

namespace omegasafe::storage {
class segment_codec;
class sfc_password;
using omegasafe::iteration_info;
struct cache_entry;
struct key_iteration;
struct key_layer;
struct settings;
} // namespace omegasafe::storage

namespace omegasafe {

// Shared, immutable bulk: never copied into a message.
using blob_ptr = std::shared_ptr<const std::vector<std::uint8_t>>;
using cache_entries_ptr = std::shared_ptr<const std::vector<storage::cache_entry>>;
using cipher_ptr = std::shared_ptr<const crypto::cipher>;
using iterations_ptr = std::shared_ptr<const std::vector<iteration_info>>;
using key_iteration_ptr = std::shared_ptr<const storage::key_iteration>;
using key_layer_ptr = std::shared_ptr<const storage::key_layer>;
using key_material_ptr = std::shared_ptr<const crypto::key_material>;
using password_ptr = std::shared_ptr<storage::sfc_password>; // null: no password; thread-safe
using passwords_ptr = std::shared_ptr<const std::vector<password_ptr>>;
using settings_ptr = std::shared_ptr<const storage::settings>;

// --- config ---------------------------------------------------------------------------------------------------------

struct get_settings {};
struct get_container_password {};
struct get_layer_password {};

/// `password` protects the three new containers. The old root's files are replaced when `replace` says so.
struct create_root {
    secret_ptr password;
    bool replace = false;
    bool create_folder = false;              // only the default root is made when missing
    secret_ptr layer_password;               // null: no traditional layer
    keyring_use keyring = keyring_use::none; // last of all, once the files stand
};
/// Names and values as config.ini has them; all or none.
struct set_config {
    std::vector<std::pair<std::string, std::string>> changes;
};

// --- key_store ------------------------------------------------------------------------------------------------------

/// The iterations of one key, Alpha first, ordered by sequence.
struct list_key_iterations {
    uuid key_uuid{};
};
/// The Alpha and the newest iteration of one key or of all, ordered by key; one of a key without Deltas.
struct list_key_ends {
    std::optional<uuid> key_uuid{};
};
struct load_iteration {
    uuid key_uuid{};
    std::uint64_t seq_number = 0;
};
struct add_iteration {
    key_iteration_ptr iteration;
};
/// Several in one durable step.
struct add_iterations {
    std::vector<key_iteration_ptr> iterations;
};
struct remove_key {
    uuid key_uuid{};
};
/// A Delta that is sealed and not registered yet: at most one of a key.
struct get_pending_delta {
    uuid key_uuid{};
};
struct keep_pending_delta {
    uuid key_uuid{};
    blob_ptr container;
};
struct discard_pending_delta {
    uuid key_uuid{};
};
/// What the next file or Delta of a key is sealed with.
struct get_key_layer {
    uuid key_uuid{};
    bool to_seal = false; // then it is remembered before the answer
};
struct layer_in_use {
    password_ptr password; // null: no layer
    layer_source source = layer_source::none;
};
/// What may open a file or Delta; `key_uuid`: whose passwords come first.
struct list_layer_passwords {
    std::optional<uuid> key_uuid{};
};
/// One of that list opened something of a key. Null: the one that stands in config.ini, which is about to go.
struct remember_layer_password {
    uuid key_uuid{};
    password_ptr password;
};
/// The key's own from now on; null: no layer.
struct set_key_layer {
    uuid key_uuid{};
    secret_ptr password;
};
/// Makes what is in use the key's own, for another device that is to have the same.
struct pin_key_layer {
    uuid key_uuid{};
};
struct take_key_layer {
    key_layer_ptr layer;
};

// --- claim_cache ----------------------------------------------------------------------------------------------------

struct create_cache_entry {
    uuid key_uuid{};
    uuid iteration_uuid{};
    std::uint64_t seq_number = 0;
    uuid ecs_uuid{};
};
/// Several in one durable step.
struct create_cache_entries {
    std::vector<create_cache_entry> entries;
};
/// Of one key, ordered by sequence; only that of one iteration when it is named.
struct list_cache_entries {
    uuid key_uuid{};
    std::optional<uuid> iteration_uuid{};
};
struct sub_claim {
    uuid iteration_uuid{};
    cache_reason reason{};
    std::uint64_t size = 0;
};
/// A range that an ECS handed out for an iteration, and how it is to be split: the first `performance` positions become
/// a PERFORMANCE claim (0: none), the last `offline` an OFFLINE claim. `take` positions go to the requester from the
/// front.
struct accept_range {
    uuid iteration_uuid{};
    position_range range{};
    std::uint64_t performance = 0;
    std::uint64_t offline = 0;
    std::uint64_t take = 0;
};

// --- ecs_directory and ecs_connection -------------------------------------------------------------------------------

/// One configured ECS.
struct ecs_entry {
    uuid ecs_uuid{};
    std::string name;
    ecs_type type = ecs_type::sfc;
    std::string path{};            // SFC: absolute path of the file
    std::string url{};             // HTTP: host[:port][/base]
    secret_ptr api_key{};          // HTTP
    bool development_mode = false; // HTTP: the certificate is not checked
    /// What it was read from: fields that a later version put there are stored and exported again.
    std::vector<std::uint8_t> attributes{};
};
struct list_ecs {};
/// `requested` wins, then ECS_UUID_DEFAULT, then the only configured entry.
struct resolve_ecs {
    std::optional<uuid> requested;
};
struct connect_ecs {
    uuid ecs_uuid{};
};
/// For what only an HTTP ECS can (account.hpp).
struct connect_account {
    uuid ecs_uuid{};
};
/// Makes the SFC ECS file, then the entry.
struct create_sfc_ecs {
    std::string name;
    std::filesystem::path path;
};

/// The entry is stored after the server has accepted the API key.
struct create_http_ecs {
    std::string name;
    std::string url;
    secret_ptr api_key;
    bool development_mode = false;
};

/// Absent values stay. Without `move_file` only the reference changes. A new URL or API key is stored after the server
/// has accepted it, and development mode ends when its certificate is good.
struct edit_ecs {
    uuid ecs_uuid{};
    std::optional<std::string> name;
    std::optional<std::filesystem::path> path; // SFC
    bool move_file = false;
    std::optional<std::string> url{}; // HTTP
    secret_ptr api_key{};             // HTTP; null: stays
    bool check_certificate = false;   // HTTP: development mode ends
};
/// Adds an ECS made elsewhere, or replaces the entry of that UUID.
struct import_ecs {
    ecs_entry entry;
};

struct register_key {
    ecs_key key;
};
struct get_ecs_key {
    uuid key_uuid{};
};
/// Absent values stay.
struct edit_ecs_key {
    uuid key_uuid{};
    std::optional<std::string> name, omegasafe_version;
    std::optional<uuid> storage_uuid{}; // HTTP
};
struct delete_ecs_key {
    uuid key_uuid{};
};
struct list_deltas {
    uuid key_uuid{};
};
struct claim_delta_positions {
    uuid key_uuid{};
    uuid delta_uuid{};
    std::uint64_t size = 0;
    bool fast_forward = false; // for nothing that is encrypted
};
struct claim_alpha_positions {
    uuid key_uuid{};
    std::uint64_t size = 0;
};
struct upload_delta {
    uuid key_uuid{};
    ecs_delta delta;
    blob_ptr container;
};
struct download_delta {
    uuid key_uuid{};
    uuid delta_uuid{};
};

// --- claimant and delta_sync ----------------------------------------------------------------------------------------

struct claim_request {
    uuid key_uuid{};
    std::uint64_t size = 0;
};
/// A contiguous range, durably consumed, and the Delta it belongs to.
struct claimed_range {
    uuid iteration_uuid{};
    std::uint64_t seq_number = 0;
    position_range range{};
};

/// Uses up positions of the newest Delta without encrypting anything.
struct fast_forward {
    uuid key_uuid{};
    std::uint64_t size = 0;
};

/// Pull what the ECS has and we lack: all, or up to and including `up_to`.
struct pull_deltas {
    uuid key_uuid{};
    std::optional<std::uint64_t> up_to;
};
struct pull_report {
    std::vector<ecs_delta> pulled;
    std::vector<ecs_delta> known; // all Deltas of the ECS, ordered by sequence
};
struct renew_delta {
    uuid key_uuid{};
};
/// A new key: its Alpha, registered at an ECS, with the first Delta.
struct create_key {
    std::string name;
    uuid ecs_uuid{};
    std::uint32_t nucleus_bytes = 0;
    std::uint32_t rotor_bytes = 0;
    std::uint32_t rotors = 0;
    unsigned max_workers = 0;           // 0: all
    std::optional<uuid> storage_uuid{}; // of an HTTP ECS; nothing: its internal storage
};
struct created_key {
    iterations_ptr iterations; // the Alpha, then Delta 1
};
/// A key made on another device: its Alpha, bound to the ECS that knows it.
struct import_key {
    key_iteration_ptr alpha;
    uuid ecs_uuid{};
    key_layer_ptr layer{}; // null: nothing is said of it
};
struct imported_key {
    bool already_present = false;
    iterations_ptr iterations; // all of the key, the Alpha first
};
/// The container of a Delta that somebody got by hand.
struct import_delta {
    blob_ptr container;
};
struct imported_delta {
    bool already_present = false;
    key_iteration_ptr delta;
};

// --- cipher_pool ----------------------------------------------------------------------------------------------------

/// Bytes of a chunk's plain side. They begin FileMetadata's size before the end of a page, so that the original's bytes
/// lie in pages as they do in its file, and whole pages can be written from here.
class plain_buffer {
public:
    std::uint8_t* data() { return pages_.data() + lead; }
    const std::uint8_t* data() const { return pages_.data() + lead; }
    std::size_t size() const { return pages_.empty() ? 0 : pages_.size() - lead; }
    void resize(std::size_t size) { pages_.resize(lead + size); }

private:
    static constexpr std::size_t page = 4096, lead = page - limits::file_metadata_bytes % page;

    std::vector<std::uint8_t, boost::alignment::aligned_allocator<std::uint8_t, page>> pages_;
};

/// Some segments of encrypted_data on their way through a worker. The file_job owns the buffers and lends the chunk;
/// encrypting fills `stored` from `plain`, decrypting `plain` from `stored`. The side that is only read may be read by
/// the file_job meanwhile.
struct chunk {
    std::uint64_t first_segment = 0; // of the entry
    bool ends_entry = false;
    std::uint64_t position_in_delta = 0; // of the first byte
    plain_buffer plain;
    std::vector<std::uint8_t> stored;
    std::size_t plain_size = 0, stored_size = 0;
};
using chunk_ptr = std::shared_ptr<chunk>;

struct cipher_chunk {
    crypto::direction direction{};
    cipher_ptr cipher;
    std::shared_ptr<const storage::segment_codec> codec;
    chunk_ptr data;
};
/// For a file_reader: a chunk whose place is set, to be filled from the file.
struct read_chunk {
    chunk_ptr data;
};
/// For a file_flusher: what is written so far goes to the disk.
struct flush_output {};
/// For a file_writer, after the last chunk or instead of it.
struct finish_output {};
struct discard_output {};

/// Bytes offset .. offset+size-1 of a block that the pool fills; pieces do not overlap.
struct draw_piece {
    std::shared_ptr<secure_bytes> block;
    std::size_t offset = 0;
    std::size_t size = 0;
};
struct generate_maps {
    std::shared_ptr<const key_geometry> geometry;
    unsigned max_workers = 0; // 0: all
};

// --- file_job -------------------------------------------------------------------------------------------------------

struct end_progress {};

} // namespace omegasafe
