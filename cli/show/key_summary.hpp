// One key as list-keys shows it: local state merged with what its ECS says, as far as that can be reached.
#pragma once

#include "cli/command.hpp"
#include "cli/show/json_output.hpp"
#include "storage/records/key_iteration.hpp"

namespace omegasafe::cli {

/// Positions left and in all.
struct capacity_left {
    u128 remaining = 0;
    u128 total = 0;
};

struct key_summary {
    std::string name_local;
    std::optional<std::string> name_ecs; // nothing when the ECS could not say
    uuid key_uuid{};
    crypto::key_geometry geometry{};
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

/// A key with all that its summary was made from.
struct key_state {
    key_summary summary;
    std::vector<storage::iteration_info> iterations; // local, the Alpha first
    cache_entries_ptr cache;                         // ordered by sequence
    std::optional<ecs_key> at_ecs;                   // nothing when the ECS could not say
    std::vector<ecs_delta> deltas;                   // of the ECS, ordered by sequence
};

/// One key; failure(alpha_missing). An ECS that cannot be reached makes its part empty, no failure; a warning says so.
key_state read_key_state(session& session, const uuid& key_uuid);

/// All keys whose Alpha is here, by name.
std::vector<key_summary> summarize_keys(session& session);

/// The `keys[]` object of list-keys.
json payload_of(const key_summary& key);

/// remaining_bytes, total_bytes, percent_remaining, display; null for nothing.
json payload_of(const std::optional<capacity_left>& left);

/// The same data for people, within 80 columns.
void print_plain(const key_summary& key);

} // namespace omegasafe::cli
