#include "actors/claim_flow.hpp"

#include "actors/claim_plan.hpp"
#include "actors/key_access.hpp"
#include "messages/log.hpp"
#include "storage/config/config_file.hpp"
#include "storage/files/file_lock.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/key_iteration.hpp"
#include <algorithm>

namespace omegasafe::actors {

namespace {

/// Other devices may fill or renew a Delta between our look and our claim; each time we look again, but not for ever.
constexpr int external_attempts = 8;

/// What one request runs with.
struct claim_flow {
    synced_key key;
    settings_ptr settings;
    claim_request request;
    storage::iteration_info latest; // newest local iteration; the Alpha when there is no Delta yet
    std::uint64_t performance_chunk = 0;
    std::uint64_t offline_target = 0;

    claim_flow(const asker_on<actor_floor::claimant>& me, const claim_request& wanted)
        : key(me, wanted.key_uuid), settings(key.settings()), request(wanted) {
        look_again();
        const auto capacity = latest.geometry.capacity();
        if (request.size == 0 || request.size > capacity)
            throw failure(errc::file_too_large, std::to_string(request.size) +
                                                    " positions are more than one Delta of this key holds (" +
                                                    std::to_string(capacity) + ").");
        performance_chunk = effective_bytes(settings->cache_performance_bytes, capacity);
        offline_target = effective_bytes(settings->cache_offline_bytes, capacity);
    }

    void look_again() { latest = key.ends()->back(); }
    claimed_range result(const position_range& range) const {
        return {latest.iteration_uuid, latest.seq_number, range};
    }

    std::optional<claimed_range> from_cache(cache_reason reason) {
        if (latest.is_alpha())
            return std::nullopt;
        const auto range =
            key.ask_cache<std::optional<position_range>>(sub_claim{latest.iteration_uuid, reason, request.size});
        return range ? std::optional{result(*range)} : std::nullopt;
    }

    /// The cache entry of the newest Delta; an empty one when it has none yet.
    storage::cache_entry cache_entry() {
        const auto entries =
            key.ask_cache<cache_entries_ptr>(list_cache_entries{request.key_uuid, latest.iteration_uuid});
        return entries->empty() ? storage::cache_entry{} : entries->front();
    }
};

/// By our own knowledge of the Delta: what the ECS says of one that was here before is not checked.
void require_asked_for(const position_range& range, u128 size, const storage::iteration_info& delta) {
    const bool wraps = range.last < range.first; // its size may be right all the same
    if (wraps || range.size() != size || range.first < delta.first_position() || range.last > delta.last_position())
        throw failure(errc::ecs_rejected, "The ECS answered with positions that were not asked for.");
}

claimed_range offline_fallback(claim_flow& flow, const std::string& why) {
    if (auto found = flow.from_cache(cache_reason::offline)) {
        log::debug("Claimed {} positions from the OFFLINE cache ({}).", flow.request.size, why);
        return *found;
    }
    throw failure(
        errc::claim_insufficient, why + ", and the OFFLINE cache is insufficient: no single OFFLINE claim has " +
                                      std::to_string(flow.request.size) +
                                      " positions left. Connect to the ECS (OFFLINE_MODE off) and encrypt again.");
}

/// The integrity check of the flow chart: conflicts end here, missing Deltas come in, a full or absent Delta is
/// renewed. Afterwards `latest` has room for the request; returns how many positions the ECS has left in it.
u128 room_in_newest(claim_flow& flow) {
    const auto known = flow.key.pull().known;
    flow.look_again();
    if (known.size() != flow.latest.seq_number)
        throw failure(errc::ecs_rejected, "The ECS knows " + std::to_string(known.size()) + " Deltas of key " +
                                              crypto::to_string(flow.request.key_uuid) + ", this device " +
                                              std::to_string(flow.latest.seq_number) +
                                              "; was the ECS restored from an old copy?");
    if (!known.empty() && known.back().remaining() >= flow.request.size) {
        // Before the claim: a refused range would still move the ECS's pointer, and a retry might get through.
        storage::require_above_floor(flow.cache_entry(), known.back().next);
        return known.back().remaining();
    }
    flow.key.renew();
    flow.look_again();
    return flow.latest.geometry.capacity();
}

/// One attempt. Nothing when another device was quicker, unless it is the last one: then the ECS's own error counts.
std::optional<claimed_range> claim_at_ecs(claim_flow& flow, bool last_attempt) {
    const auto room = room_in_newest(flow);
    const auto plan = plan_claim({flow.request.size, flow.performance_chunk, flow.offline_target,
        storage::remaining(flow.cache_entry(), cache_reason::offline), room});
    position_range range;
    try {
        range = flow.key.ask_ecs<position_range>(
            claim_delta_positions{flow.request.key_uuid, flow.latest.iteration_uuid, plan->total()});
    } catch (const failure& problem) {
        if (last_attempt || (problem.code() != errc::ecs_full && problem.code() != errc::delta_conflict))
            throw;
        return std::nullopt;
    }
    require_asked_for(range, plan->total(), flow.latest);
    log::debug("Claimed {} positions at the ECS: {} PERFORMANCE, {} direct, {} OFFLINE.", plan->total(),
        plan->performance, plan->direct, plan->offline);
    return flow.result(flow.key.ask_cache<position_range>(
        accept_range{flow.latest.iteration_uuid, range, plan->performance, plan->offline, flow.request.size}));
}

claimed_range external_path(claim_flow& flow) {
    if (flow.settings->offline_mode)
        return offline_fallback(flow, "OFFLINE_MODE is on");
    try {
        for (int attempt = 1;; ++attempt)
            if (auto claimed = claim_at_ecs(flow, attempt == external_attempts))
                return *claimed;
    } catch (const failure& problem) {
        if (problem.code() != errc::ecs_unavailable)
            throw;
        std::string why = problem.what();
        if (why.ends_with('.'))
            why.pop_back();
        return offline_fallback(flow, why);
    }
}

/// One external claim at a time for a config root: a second process finds what the first one brought, and ranges reach
/// the high-water guard in the order in which the ECS gave them.
storage::file_lock one_at_a_time(const storage::settings& settings) {
    return storage::file_lock{settings.cache_path.parent_path()};
}

/// Nothing is encrypted with what a fast-forward claims, so a range that begins below the floor, as a restored ECS
/// gives it, is no danger: it is what brings that ECS forward again.
void raise_floor(const key_access& key, const uuid& delta_uuid, const position_range& range) {
    const auto entries = key.ask_cache<cache_entries_ptr>(list_cache_entries{key.key_uuid(), delta_uuid});
    const auto floor = entries->empty() ? u128{0} : entries->front().floor;
    if (range.last < floor)
        return;
    const position_range above{std::max(range.first, floor), range.last};
    key.ask_cache<position_range>(accept_range{delta_uuid, above, 0, 0, static_cast<std::uint64_t>(above.size())});
}

} // namespace

claimed_range claim(const asker_on<actor_floor::claimant>& me, const claim_request& request) {
    claim_flow flow{me, request};
    const auto from_performance = [&] {
        return flow.performance_chunk > 0 ? flow.from_cache(cache_reason::performance) : std::nullopt;
    };
    if (auto hit = from_performance())
        return *hit;
    const auto lock = one_at_a_time(*flow.settings);
    flow.look_again();
    if (auto hit = from_performance())
        return *hit;
    return external_path(flow);
}

/// Raises the pointer at the ECS, then the floor here. A kill between the two is harmless: the floor is below.
ecs_delta advance(const key_access& key, const fast_forward& request) {
    const auto settings = key.settings();
    const auto lock = one_at_a_time(*settings);
    const auto latest = key.iterations()->back();
    const auto known = key.ask_ecs<std::vector<ecs_delta>>(list_deltas{request.key_uuid});
    if (known.empty() || latest.is_alpha() || known.back().delta_uuid != latest.iteration_uuid)
        throw failure(errc::delta_conflict,
            "The newest Delta here is not the newest at the ECS; nothing was changed. Run 'omegasafe "
            "pull-missing-deltas --key-uuid " +
                crypto::to_string(request.key_uuid) + "' first.");
    auto delta = known.back();
    if (request.size == 0 || request.size > delta.remaining())
        throw failure(errc::usage, "--claim-size must be from 1 to the " + crypto::to_decimal(delta.remaining()) +
                                       " positions that Delta " + std::to_string(delta.seq_number) + " has left.");
    const auto range =
        key.ask_ecs<position_range>(claim_delta_positions{request.key_uuid, delta.delta_uuid, request.size, true});
    require_asked_for(range, request.size, latest); // a floor above the Delta would spoil all that it has left
    raise_floor(key, delta.delta_uuid, range);
    delta.next = range.last + 1;
    return delta;
}

} // namespace omegasafe::actors
