// Keys as listings show them: local state merged with what their ECS say.
#include "actors/delta_flow.hpp"
#include "ecs/ecs_api.hpp"
#include "engine/context.hpp"
#include "messages/log.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/key_iteration.hpp"
#include <algorithm>
#include <map>
#include <span>

namespace omegasafe {

namespace {

using iterations_view = std::span<const iteration_info>;

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
    key.ecs_uuid = storage::ecs_of_key(cache, alpha.iteration_uuid);
    for (const auto& entry : cache)
        if (entry.iteration_uuid == alpha.iteration_uuid)
            key.alpha.remaining -= entry.floor;
    if (const auto& latest = iterations.back(); !latest.is_alpha()) {
        key.latest_delta_uuid = latest.iteration_uuid;
        key.latest_delta_sequence = latest.seq_number;
        key.deltas_bytes_on_disk = alpha.geometry.material_bytes() * latest.seq_number;
    }
    return key;
}

void add_ecs_data(engine::context& context, key_details& state) {
    auto& key = state.summary;
    const auto connection = context.connect(*key.ecs_uuid);
    const auto known = context.ask<ecs_key>(connection, get_ecs_key{key.key_uuid});
    state.deltas = context.ask<std::vector<ecs_delta>>(connection, list_deltas{key.key_uuid});
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
        log::warn("Key {} missing data from ExternalClaimsStorage; result is partial.", to_string(key.key_uuid));
    else
        log::warn("ExternalClaimsStorage {} unavailable ({}: {}); result is partial.", to_string(*key.ecs_uuid),
            key.ecs_status, problem.what());
}

/// What all keys of one listing share.
struct ecs_view {
    std::vector<ecs_entry> configured;
    std::map<uuid, failure> away; // not asked again for every key: each time-out takes seconds
};

/// `cache` needs to hold the Alpha's entry only.
key_details summarize(engine::context& context, ecs_view& ecs, iterations_view iterations,
    const std::vector<storage::cache_entry>& cache) {
    key_details state;
    state.iterations.assign(iterations.begin(), iterations.end());
    state.cache = engine::summarize(cache);
    auto& key = state.summary = local_summary(iterations, cache);
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
        add_ecs_data(context, state);
        key.ecs_status = "available";
    } catch (const failure& problem) {
        if (problem.code() == errc::ecs_unavailable || problem.code() == errc::ecs_authentication)
            ecs.away.emplace(entry->ecs_uuid, problem);
        key.ecs_status = status_of(problem);
        warn_of_partial_result(key, problem);
    }
    return state;
}

} // namespace

key_details client::view_key(const uuid& key_uuid) {
    const auto actors = context_->actors();
    const auto iterations = context_->ask<iterations_ptr>(actors.key_store, list_key_iterations{key_uuid});
    const auto cache = context_->ask<cache_entries_ptr>(actors.claim_cache, list_cache_entries{key_uuid, {}});
    ecs_view ecs{context_->configured_ecs(), {}};
    auto state = summarize(*context_, ecs, *iterations, *cache);
    actors::missing_deltas(state.iterations, state.deltas); // refuses a conflict
    state.layer = layer_of_key(key_uuid);
    return state;
}

std::vector<key_summary> client::list_keys() {
    const auto actors = context_->actors();
    const auto iterations = context_->ask<iterations_ptr>(actors.key_store, list_key_ends{});
    ecs_view ecs{context_->configured_ecs(), {}};
    std::vector<key_summary> keys;
    for (auto first = iterations->begin(); first != iterations->end();) {
        const auto end =
            std::find_if(first, iterations->end(), [&](const auto& i) { return i.key_uuid != first->key_uuid; });
        if (first->is_alpha()) {
            const auto cache = context_->ask<cache_entries_ptr>(
                actors.claim_cache, list_cache_entries{first->key_uuid, first->iteration_uuid});
            keys.push_back(summarize(*context_, ecs, {first, end}, *cache).summary);
        }
        first = end;
    }
    std::ranges::sort(keys, {}, [](const key_summary& k) { return std::pair{k.name_local, k.key_uuid}; });
    return keys;
}

} // namespace omegasafe
