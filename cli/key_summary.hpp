// One key as list-keys shows it: local state merged with what its ECS says, as far as that can be reached.
#pragma once

#include "cli/command.hpp"
#include "cli/json_output.hpp"
#include "storage/key_iteration.hpp"

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

/// All keys whose Alpha is here, by name. An ECS that cannot be reached makes its part of the summary empty, no
/// failure.
std::vector<key_summary> summarize_keys(session& session);

/// The `keys[]` object of list-keys.
json payload_of(const key_summary& key);

/// The same data for people, within 80 columns.
void print_plain(const key_summary& key);

} // namespace omegasafe::cli
