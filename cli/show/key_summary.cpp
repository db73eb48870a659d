#include "cli/show/key_summary.hpp"

#include "cli/show/format.hpp"
#include "ecs/ecs_api.hpp"
#include "storage/records/cache_entry.hpp"
#include <algorithm>
#include <map>
#include <spdlog/spdlog.h>

namespace omegasafe::cli {

namespace {

using iterations_view = std::span<const storage::iteration_info>;

std::string status_of(const failure& problem) {
    switch (problem.code()) {
    case errc::ecs_authentication:
        return "authentication error";
    case errc::ecs_unavailable:
        return problem.detail() == ecs::answered_not_now ? "unavailable" : "unreachable";
    case errc::ecs_unknown:
        return "not configured";
    default:
        return "unavailable";
    }
}

/// What this device knows by itself.
key_summary local_summary(iterations_view iterations, const std::vector<storage::cache_entry>& cache) {
    const auto& alpha = iterations.front();
    key_summary key;
    key.name_local = alpha.key_name;
    key.key_uuid = alpha.key_uuid;
    key.geometry = alpha.geometry;
    key.alpha = {alpha.geometry.capacity(), alpha.geometry.capacity()};
    for (const auto& entry : cache) {
        key.ecs_uuid = entry.ecs_uuid;
        if (entry.iteration_uuid == alpha.iteration_uuid)
            key.alpha.remaining -= entry.floor;
    }
    if (const auto& latest = iterations.back(); !latest.is_alpha()) {
        key.latest_delta_uuid = latest.iteration_uuid;
        key.latest_delta_sequence = latest.seq_number;
        key.deltas_bytes_on_disk = alpha.geometry.material_bytes() * latest.seq_number;
    }
    return key;
}

void add_ecs_data(session& session, const services& actors, key_state& state) {
    auto& key = state.summary;
    const auto connection = session.ask<ecs_connection_actor>(actors.ecs_directory, connect_ecs{*key.ecs_uuid});
    const auto known = session.ask<ecs_key>(connection, get_ecs_key{key.key_uuid});
    state.deltas = session.ask<std::vector<ecs_delta>>(connection, list_deltas{key.key_uuid});
    state.at_ecs = known;
    key.name_ecs = known.name;
    key.alpha.remaining = known.alpha_capacity - known.alpha_next;
    key.total = {key.geometry.total_capacity(), key.geometry.total_capacity()};
    if (state.deltas.empty())
        return;
    const auto& latest = state.deltas.back();
    key.total->remaining -= latest.next;
    key.latest_delta_uuid = latest.delta_uuid;
    key.latest_delta_sequence = latest.seq_number;
    key.latest_delta = {latest.remaining(), latest.positions.size()};
}

void warn_of_partial_result(const key_summary& key, const failure& problem) {
    if (problem.code() == errc::key_unknown)
        spdlog::warn(
            "Key {} missing data from ExternalClaimsStorage; result is partial.", crypto::to_string(key.key_uuid));
    else
        spdlog::warn("ExternalClaimsStorage {} unavailable ({}: {}); result is partial.",
            crypto::to_string(*key.ecs_uuid), key.ecs_status, problem.what());
}

/// What all keys of one listing share.
struct ecs_view {
    std::vector<ecs_entry> configured;
    std::map<uuid, failure> away; // not asked again for every key: each time-out takes seconds
};

/// `cache` needs to hold the Alpha's entry only.
key_state summarize(
    session& session, const services& actors, ecs_view& ecs, iterations_view iterations, cache_entries_ptr cache) {
    key_state state;
    state.iterations.assign(iterations.begin(), iterations.end());
    state.cache = std::move(cache);
    auto& key = state.summary = local_summary(iterations, *state.cache);
    const auto entry =
        std::ranges::find_if(ecs.configured, [&](const ecs_entry& e) { return key.ecs_uuid == e.ecs_uuid; });
    if (entry == ecs.configured.end()) {
        key.ecs_status = "not configured";
        return state;
    }
    key.ecs_name = entry->name;
    try {
        if (const auto known = ecs.away.find(entry->ecs_uuid); known != ecs.away.end())
            throw known->second;
        add_ecs_data(session, actors, state);
        key.ecs_status = "available";
    } catch (const failure& problem) {
        if (problem.code() == errc::ecs_unavailable || problem.code() == errc::ecs_authentication)
            ecs.away.emplace(entry->ecs_uuid, problem);
        key.ecs_status = status_of(problem);
        warn_of_partial_result(key, problem);
    }
    return state;
}

json payload_of_bytes(std::uint64_t bytes) {
    return {{"bytes", json_position(bytes)}, {"display", binary_size(bytes)}};
}

std::string left_text(const std::optional<capacity_left>& left) {
    return left ? percent_text(left->remaining, left->total) + " (" + binary_size(left->remaining) + " of " +
                      binary_size(left->total) + ")"
                : "unknown";
}

} // namespace

json payload_of(const std::optional<capacity_left>& left) {
    if (!left)
        return nullptr;
    return {{"remaining_bytes", json_position(left->remaining)}, {"total_bytes", json_position(left->total)},
        {"percent_remaining", percent(left->remaining, left->total)},
        {"display", percent_text(left->remaining, left->total) + " " + binary_size_and_bytes(left->remaining)}};
}

key_state read_key_state(session& session, const uuid& key_uuid) {
    const auto actors = session.actors();
    const auto iterations = session.ask<iterations_ptr>(actors.key_store, list_key_iterations{key_uuid});
    ecs_view ecs{session.ask<std::vector<ecs_entry>>(actors.ecs_directory, list_ecs{}), {}};
    auto cache = session.ask<cache_entries_ptr>(actors.claim_cache, list_cache_entries{key_uuid});
    return summarize(session, actors, ecs, *iterations, std::move(cache));
}

std::vector<key_summary> summarize_keys(session& session) {
    const auto actors = session.actors();
    const auto iterations = session.ask<iterations_ptr>(actors.key_store, list_key_ends{});
    ecs_view ecs{session.ask<std::vector<ecs_entry>>(actors.ecs_directory, list_ecs{}), {}};
    std::vector<key_summary> keys;
    for (auto first = iterations->begin(); first != iterations->end();) {
        const auto end =
            std::find_if(first, iterations->end(), [&](const auto& i) { return i.key_uuid != first->key_uuid; });
        if (first->is_alpha()) {
            auto cache = session.ask<cache_entries_ptr>(
                actors.claim_cache, list_cache_entries{first->key_uuid, first->iteration_uuid});
            keys.push_back(summarize(session, actors, ecs, {first, end}, std::move(cache)).summary);
        }
        first = end;
    }
    std::ranges::sort(keys, {}, [](const key_summary& k) { return std::pair{k.name_local, k.key_uuid}; });
    return keys;
}

json payload_of(const key_summary& key) {
    const auto& g = key.geometry;
    const auto optional_number = [](const auto& number) { return number ? json(*number) : json(nullptr); };
    return {{"key_name_local", key.name_local}, {"key_name_ecs", json_text(key.name_ecs)},
        {"key_uuid", crypto::to_string(key.key_uuid)}, {"alpha_key_size_on_disk", payload_of_bytes(g.material_bytes())},
        {"alpha_capacity_left", payload_of(std::optional{key.alpha})},
        {"minimum_number_of_deltas", g.supported_deltas()},
        {"total_key_encryption_capacity_left", payload_of(key.total)},
        {"maximum_file_size_for_encryption",
            {{"bytes", json_position(g.capacity())}, {"display", binary_size_and_bytes(g.capacity())}}},
        {"deltas_keys_size_on_disk",
            key.deltas_bytes_on_disk ? payload_of_bytes(*key.deltas_bytes_on_disk) : json(nullptr)},
        {"latest_delta_uuid", json_uuid(key.latest_delta_uuid)},
        {"latest_delta_sequence", optional_number(key.latest_delta_sequence)},
        {"latest_delta_capacity_left", payload_of(key.latest_delta)},
        {"external_claims_storage_name", json_text(key.ecs_name)},
        {"external_claims_storage_uuid", json_uuid(key.ecs_uuid)}, {"external_claims_storage_status", key.ecs_status}};
}

void print_plain(const key_summary& key) {
    const auto& g = key.geometry;
    print(key.name_local);
    print("  Key UUID:              " + crypto::to_string(key.key_uuid));
    print("  Name at the ECS:       " + key.name_ecs.value_or("unknown"));
    print("  Alpha size on disk:    " + binary_size(g.material_bytes()));
    print("  Alpha capacity left:   " + left_text(key.alpha));
    print("  Supported Deltas:      " + with_thousands(g.supported_deltas()));
    print("  Total capacity left:   " + left_text(key.total));
    print("  Maximum file size:     " + binary_size(g.capacity()));
    print("  Deltas size on disk:   " +
          (key.deltas_bytes_on_disk ? binary_size(*key.deltas_bytes_on_disk) : "none here"));
    print("  Latest Delta:          " + (key.latest_delta_sequence ? std::to_string(*key.latest_delta_sequence) + ", " +
                                                                         crypto::to_string(*key.latest_delta_uuid)
                                                                   : "none"));
    print("  Latest Delta capacity: " + left_text(key.latest_delta));
    print("  ECS:                   " + key.ecs_name.value_or("unknown") + ", " + key.ecs_status);
    if (key.ecs_uuid)
        print("  ECS UUID:              " + crypto::to_string(*key.ecs_uuid));
}

} // namespace omegasafe::cli
