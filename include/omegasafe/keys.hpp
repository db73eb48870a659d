// The words about keys: iterations, what is left of them, what listings show.
#pragma once

#include <omegasafe/ecs.hpp>
#include <omegasafe/error.hpp>

namespace omegasafe {

/// What is known of an iteration (an Alpha or a Delta) without its maps.
struct OMEGASAFE_API iteration_info {
    uuid key_uuid{};
    uuid iteration_uuid{};
    std::uint64_t seq_number = 0; // 0: the Alpha
    std::string key_name;         // of the Alpha, immutable; Deltas repeat it
    std::string omegasafe_version;
    key_geometry geometry{};

    /// All members.
    bool operator==(const iteration_info&) const = default;
    /// Else it is a Delta.
    bool is_alpha() const { return seq_number == 0; }
    /// First global position: 0 for the Alpha and for Delta 1, (seq-1) * capacity else.
    u128 first_position() const;
    /// Last global position.
    u128 last_position() const { return first_position() + geometry.capacity() - 1; }
};

/// A new key. Its first Delta is sealed with the Alpha and registered at the ECS.
struct new_key {
    std::string name; // 1-255 bytes of UTF-8 without control characters
    uuid ecs_uuid{};
    key_geometry geometry{};
    unsigned max_workers = 0;           // threads that draw the maps; 0: all
    std::optional<uuid> storage_uuid{}; // of an HTTP ECS; nothing: its internal storage
};
/// What create_key made.
struct key_creation {
    iteration_info alpha;
    iteration_info first_delta;
};

/// Absent values stay.
struct key_changes {
    std::optional<std::string> name;
    std::optional<std::string> omegasafe_version;
    std::optional<uuid> storage_uuid{}; // HTTP
};

/// Where the password of a key's AES-256-GCM layer comes from.
enum class layer_source : std::uint8_t {
    none,        // no layer
    environment, // OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS
    key,         // its own: it was exported or imported with it, or given one
    config_file  // TRADITIONAL_ENC_LAYER_PASS in config.ini
};

/// A key whose Alpha is on this device, and the ECS it is bound to here.
struct local_key {
    uuid key_uuid{};
    std::vector<iteration_info> iterations; // the Alpha first, then Deltas by sequence
    std::optional<uuid> ecs_uuid;           // linked by the local cache
    std::optional<ecs_info> ecs;            // configured on this device

    /// There always is one.
    const iteration_info& alpha() const { return iterations.front(); }
    /// The Alpha while there is no Delta.
    const iteration_info& newest() const { return iterations.back(); }
};

/// Positions left and in all.
struct capacity_left {
    u128 remaining = 0;
    u128 total = 0;
};

/// One key as list-keys shows it: local state merged with what its ECS says, as far as that can be reached.
struct key_summary {
    std::string name_local;
    std::optional<std::string> name_ecs; // nothing when the ECS could not say
    uuid key_uuid{};
    key_geometry geometry{};
    capacity_left alpha;
    std::optional<capacity_left> total; // nothing without ECS Delta data, like latest_delta
    std::optional<std::uint64_t> deltas_bytes_on_disk;
    std::optional<uuid> latest_delta_uuid;
    std::optional<std::uint64_t> latest_delta_sequence;
    std::optional<capacity_left> latest_delta;
    std::optional<std::string> ecs_name;
    std::optional<uuid> ecs_uuid;
    std::string ecs_status; // available, authentication error, unreachable, unavailable, not configured
};

/// Why a range was reserved ahead (reference section 10).
enum class cache_reason : std::uint8_t { performance, offline };

/// Claims that this device holds in advance for one reason.
struct held_claims {
    cache_reason reason{};
    std::size_t count = 0;
    capacity_left left;
};
/// The local cache of one iteration.
struct cache_summary {
    uuid iteration_uuid{};
    uuid ecs_uuid{};
    std::size_t count = 0;         // claims of all reasons
    std::vector<held_claims> held; // PERFORMANCE, OFFLINE; those with none have count 0
};

/// A key with all that its summary was made from.
struct key_details {
    key_summary summary;
    std::vector<iteration_info> iterations; // local, the Alpha first
    std::optional<cache_summary> cache;     // of the newest iteration with an entry: the one encryption takes from
    std::optional<ecs_key> at_ecs;          // nothing when the ECS could not say
    std::vector<ecs_delta> deltas;          // of the ECS, ordered by sequence
    layer_source layer = layer_source::none;
};

/// What became of the parts of a key that was deleted; a failure is why that part is still there.
struct key_deletion {
    std::optional<failure> ecs;
    std::optional<failure> cache;
    std::optional<failure> local;
};

/// What import_key found in the file, and where the key is now.
struct key_import {
    bool already_present = false;
    iteration_info alpha;
    std::size_t deltas = 0; // on this device now
    ecs_info ecs;
    std::optional<cache_summary> cache;
    bool layer_taken = false;                // the file said what the key's layer is
    layer_source layer = layer_source::none; // now
};
/// What import_delta found in the container.
struct delta_import {
    bool already_present = false;
    iteration_info delta;
};
/// What pull_deltas did.
struct pulled_deltas {
    std::vector<ecs_delta> missing; // at the ECS and not here, before
    std::vector<ecs_delta> pulled;  // by this call; another process may have been quicker with some
};

} // namespace omegasafe
