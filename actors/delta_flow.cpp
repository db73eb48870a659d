#include "actors/delta_flow.hpp"

#include "actors/key_access.hpp"
#include "ecs/external_claims_storage.hpp"
#include "messages/limits.hpp"
#include "messages/log.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/key_iteration.hpp"

#include <set>
#include <utility>

namespace omegasafe::actors {

namespace {

using storage::iteration_info;

void check_positions(const iteration_info& alpha, const ecs_delta& delta) {
    auto expected = alpha;
    expected.seq_number = delta.seq_number;
    if (delta.positions != position_range{expected.first_position(), expected.last_position()})
        throw failure(errc::ecs_rejected, "The ECS reports positions for Delta " + std::to_string(delta.seq_number) +
                                              " that do not fit the key; nothing was pulled.");
}

/// Deltas on their way from the ECS to this device; they are stored in batches, because each batch is a durable step,
/// and in the order of their sequence, so that a pull that is interrupted leaves no gap.
class incoming {
public:
    incoming(const key_access& key, pull_report& report) : key_(key), report_(report), opener_(key.opener()) {}

    void add(const ecs_delta& delta, const blob_ptr& container) {
        check_positions(alpha().info, delta);
        const auto layer = opener_.password_of(container);
        auto opened = storage::open_delta(alpha(), *container, layer);
        opener_.remember(opened->info.key_uuid, layer);
        if (opened->info.iteration_uuid != delta.delta_uuid || opened->info.seq_number != delta.seq_number)
            throw failure(errc::delta_conflict, "The ECS sent another Delta than " +
                                                    crypto::to_string(delta.delta_uuid) + "; nothing more was pulled.");
        bytes_ += container->size();
        opened_.push_back(std::move(opened));
        deltas_.push_back(delta);
        if (opened_.size() >= limits::pull_batch_deltas || bytes_ >= limits::pull_batch_bytes)
            store();
    }

    void store() {
        if (opened_.empty())
            return;
        key_.commit(std::exchange(opened_, {}));
        for (const auto& delta : deltas_)
            log::info("Pulled Delta {} ({}).", delta.seq_number, crypto::to_string(delta.delta_uuid));
        report_.pulled.insert(report_.pulled.end(), deltas_.begin(), deltas_.end());
        deltas_.clear();
        bytes_ = 0;
    }

private:
    const storage::key_iteration& alpha() {
        if (!alpha_)
            alpha_ = key_.load(0);
        return *alpha_;
    }

    const key_access& key_;
    pull_report& report_;
    layer_opener opener_;
    key_iteration_ptr alpha_;
    std::vector<key_iteration_ptr> opened_;
    std::vector<ecs_delta> deltas_;
    std::uint64_t bytes_ = 0;
};

/// Claims Alpha positions for one Delta, past the high-water guard and durably, before the first is used.
position_range claim_alpha_range(const key_access& key, const iteration_info& alpha, std::uint64_t size) {
    // Before the claim: a refused range would still move the ECS's pointer, and a retry might get through.
    const auto entries = key.ask_cache<cache_entries_ptr>(list_cache_entries{key.key_uuid(), alpha.iteration_uuid});
    if (!entries->empty())
        storage::require_above_floor(entries->front(), key.ask_ecs<ecs_key>(get_ecs_key{key.key_uuid()}).alpha_next);
    const auto range = key.ask_ecs<position_range>(claim_alpha_positions{alpha.key_uuid, size});
    if (range.size() != size || range.last >= alpha.geometry.capacity())
        throw failure(errc::ecs_rejected, "The ECS answered with Alpha positions that were not asked for.");
    return key.ask_cache<position_range>(accept_range{alpha.iteration_uuid, range, 0, 0, size});
}

struct sealed_delta {
    key_iteration_ptr delta;
    blob_ptr container;
};

sealed_delta seal_new_delta(
    const key_access& key, const storage::key_iteration& alpha, std::uint64_t seq_number, unsigned max_workers) {
    auto info = alpha.info;
    info.seq_number = seq_number;
    info.iteration_uuid = crypto::random_uuid();
    const auto maps = key.generate(info.geometry, max_workers);
    const auto delta = std::make_shared<const storage::key_iteration>(
        storage::key_iteration{info, std::make_shared<const crypto::cipher>(maps)});
    const auto range = claim_alpha_range(key, alpha.info, storage::delta_positions(info));
    return {delta, std::make_shared<const std::vector<std::uint8_t>>(storage::seal_delta(
                       alpha, static_cast<std::uint64_t>(range.first), *delta, key.layer_to_seal()))};
}

/// What is shared from now on has the key's layer of now, also when it was sealed before that changed.
blob_ptr with_layer_of_now(const key_access& key, const blob_ptr& container, const password_ptr& was) {
    const auto now = key.layer_to_seal();
    if (now == was)
        return container;
    auto sealed = std::make_shared<const std::vector<std::uint8_t>>(
        storage::sealed_again(std::make_shared<storage::memory_source>(*container, "The pending Delta"), was, now));
    key.ask_store<void>(keep_pending_delta{key.key_uuid(), sealed});
    return sealed;
}

/// The one that an earlier try left, if it is still the next of its key.
std::optional<sealed_delta> pending_delta(
    const key_access& key, const storage::key_iteration& alpha, std::uint64_t seq_number) {
    const auto container = key.ask_store<blob_ptr>(get_pending_delta{key.key_uuid()});
    if (!container)
        return std::nullopt;
    try {
        const auto was = key.opener().password_of(container);
        auto delta = storage::open_delta(alpha, *container, was);
        if (delta->info.seq_number == seq_number)
            return sealed_delta{std::move(delta), with_layer_of_now(key, container, was)};
    } catch (const failure& problem) {
        log::debug("The pending Delta of key {} is of no use: {}", crypto::to_string(key.key_uuid()), problem.what());
    }
    return std::nullopt;
}

/// An older cache that was brought back lacks the entries of Deltas that came since.
void complete_cache(const key_access& key, const std::vector<iteration_info>& local) {
    std::set<uuid> known;
    const auto entries = key.ask_cache<cache_entries_ptr>(list_cache_entries{key.key_uuid()});
    for (const auto& entry : *entries)
        known.insert(entry.iteration_uuid);
    create_cache_entries lacking;
    for (const auto& info : local)
        if (!known.contains(info.iteration_uuid))
            lacking.entries.push_back({info.key_uuid, info.iteration_uuid, info.seq_number, key.ecs_uuid()});
    if (!lacking.entries.empty())
        key.ask_cache<void>(std::move(lacking));
}

/// What the ECS will never take under this UUID: another Delta was faster, or the storage holds something else.
bool is_final(const failure& refused) {
    return refused.code() == errc::delta_conflict || refused.detail() == ecs::upload_mismatch;
}

/// Best effort: whatever cannot be removed is logged, the first failure stays the answer.
template <class F>
void attempt(const char* what, F undo) {
    try {
        undo();
    } catch (const failure& problem) {
        log::warn("Clean-up of {} failed: {}", what, problem.what());
    }
}

} // namespace

/// Downloads run ahead of storing, which waits for the disk: what is in memory is one batch and those on their way.
pull_report pull(const key_access& key, const pull_deltas& request) {
    pull_report report{.pulled = {}, .known = key.ask_ecs<std::vector<ecs_delta>>(list_deltas{request.key_uuid})};
    incoming deltas(key, report);
    const auto local = key.iterations();
    auto missing = missing_deltas(*local, report.known);
    complete_cache(key, *local);
    std::erase_if(missing, [&](const ecs_delta& d) { return request.up_to && d.seq_number > *request.up_to; });
    key_access::downloads downloads{key};
    std::size_t asked = 0;
    try {
        for (const auto& delta : missing) {
            while (asked < missing.size() && downloads.open() < limits::pull_ahead)
                downloads.ask(missing[asked++].delta_uuid);
            deltas.add(delta, downloads.next());
        }
    } catch (const failure&) {
        deltas.store(); // what came before the one that failed
        throw;
    }
    deltas.store();
    return report;
}

/// Uploads before it stores: a Delta that others do not know must never be encrypted with (D6). One that could not be
/// registered is kept for the next try, so that an ECS that fails costs Alpha positions once.
key_iteration_ptr renew(const key_access& key, unsigned max_workers) {
    const auto alpha = key.load(0);
    const auto seq_number = key.ends()->back().seq_number + 1;
    auto sealed = pending_delta(key, *alpha, seq_number);
    if (!sealed) {
        sealed = seal_new_delta(key, *alpha, seq_number, max_workers);
        key.ask_store<void>(keep_pending_delta{key.key_uuid(), sealed->container});
    }
    const auto& info = sealed->delta->info;
    const ecs_delta registered{
        info.iteration_uuid, info.seq_number, {info.first_position(), info.last_position()}, info.first_position()};
    try {
        key.ask_ecs<void>(upload_delta{info.key_uuid, registered, sealed->container});
    } catch (const failure& problem) {
        if (is_final(problem))
            key.ask_store<void>(discard_pending_delta{key.key_uuid()});
        throw;
    }
    key.commit({sealed->delta});
    key.ask_store<void>(discard_pending_delta{key.key_uuid()});
    log::info("Created Delta {} ({}) of key {}.", info.seq_number, crypto::to_string(info.iteration_uuid),
        crypto::to_string(info.key_uuid));
    return sealed->delta;
}

created_key create(const asker_on<actor_floor::delta_sync>& me, const create_key& request) {
    const crypto::key_geometry geometry{request.nucleus_bytes, request.rotor_bytes, request.rotors};
    if (!geometry.valid())
        throw failure(errc::usage, "A key has a nucleus and rotors of 0.10 to 1.00 MB and 2 to 4 rotors.");
    const iteration_info info{.key_uuid = crypto::random_uuid(),
        .iteration_uuid = crypto::random_uuid(),
        .seq_number = 0,
        .key_name = request.name,
        .omegasafe_version = program_version,
        .geometry = geometry};
    const key_access key{me, info.key_uuid, request.ecs_uuid};
    bool registered = false;
    try {
        const auto maps = key.generate(geometry, request.max_workers);
        key.commit({std::make_shared<const storage::key_iteration>(
            storage::key_iteration{info, std::make_shared<const crypto::cipher>(maps)})});
        registered = true; // also when the answer gets lost
        ecs_key at_ecs{info.key_uuid, info.key_name, info.omegasafe_version, geometry.capacity(), 0};
        at_ecs.storage_uuid = request.storage_uuid;
        key.ask_ecs<void>(register_key{std::move(at_ecs)});
        renew(key, request.max_workers);
        return {key.iterations()};
    } catch (const failure&) {
        if (registered)
            attempt("the key at the ECS", [&] { key.ask_ecs<void>(delete_ecs_key{info.key_uuid}); });
        attempt("the local key", [&] { key.forget(); });
        throw;
    }
}

std::vector<ecs_delta> missing_deltas(const std::vector<iteration_info>& local, const std::vector<ecs_delta>& known) {
    std::vector<ecs_delta> missing;
    auto mine = local.begin();
    for (const auto& theirs : known) {
        while (mine != local.end() && mine->seq_number < theirs.seq_number)
            ++mine;
        if (mine == local.end() || mine->seq_number != theirs.seq_number)
            missing.push_back(theirs);
        else if (mine->iteration_uuid != theirs.delta_uuid)
            throw delta_conflict_failure(*mine, theirs);
    }
    return missing;
}

failure delta_conflict_failure(const iteration_info& mine, const ecs_delta& theirs) {
    return {errc::delta_conflict,
        "Delta " + std::to_string(mine.seq_number) + " of key " + crypto::to_string(mine.key_uuid) + " is " +
            crypto::to_string(mine.iteration_uuid) + " here but " + crypto::to_string(theirs.delta_uuid) +
            " at the ECS; nothing was pulled or changed. " + start_over_advice};
}

} // namespace omegasafe::actors
