#include "actors/claim_cache.hpp"

#include "actors/local_container.hpp"
#include "actors/make_actor.hpp"
#include "messages/log.hpp"
#include "storage/container/damage.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/place_record.hpp"
#include <algorithm>
#include <span>
#include <utility>

namespace omegasafe::actors {

namespace {

using storage::cache_entry;

/// An older copy of the cache still has the positions that were used since.
constexpr const char* way_out_of_damage =
    "Do not put an older version in its place, which could give positions out again: make a fresh root with 'omegasafe "
    "init' and import-key your exported keys there.";

/// The cache as it is believed: its claims only where it was written, because whoever has a copy may have used them.
/// All else it says holds in a copy, too: an older floor is a lower one.
class cache_view {
public:
    explicit cache_view(const storage::sfc_reader& file) : file_(file), believed_(storage::is_where_written(file)) {}

    cache_entry decode(const storage::sfc_entry& stored) const {
        auto entry = storage::decode_cache_entry(stored);
        if (!believed_)
            entry.claims.clear();
        return entry;
    }

    const storage::sfc_entry* find(const uuid& iteration_uuid) const { return file_.find(iteration_uuid); }

    template <class F>
    void each(F entry_found) const {
        for (const auto& stored : file_.entries())
            if (stored.id != storage::place_entry_uuid)
                entry_found(stored);
    }

    /// An entry that exists: all it says stands in its attributes.
    void save(storage::container_changes& changes, const cache_entry& entry) const {
        const auto& rewritten = find(entry.iteration_uuid)->attributes;
        changes.put.push_back({entry.iteration_uuid, storage::encode(entry, rewritten), std::nullopt});
    }

    /// Adds to `changes` that claims which are not believed go, so that they are not believed later either; how many.
    std::size_t drop_claims(storage::container_changes& changes) const {
        std::size_t dropped = 0;
        if (believed_)
            return dropped;
        each([&](const storage::sfc_entry& stored) {
            auto entry = storage::decode_cache_entry(stored);
            if (entry.claims.empty())
                return;
            dropped += std::exchange(entry.claims, {}).size();
            const auto changed = [&](const auto& other) { return other.id == stored.id; };
            if (std::ranges::none_of(changes.put, changed) && std::ranges::count(changes.remove, stored.id) == 0)
                save(changes, entry);
        });
        return dropped;
    }

private:
    const storage::sfc_reader& file_;
    bool believed_;
};

/// All changes go through here: who refuses a file as of a later version must not change it.
template <class F>
void update(local_container& container, F decide) {
    std::size_t dropped = 0;
    const auto decide_for = [&](const storage::sfc_reader& file) {
        storage::require_known_formats(file);
        const cache_view view{file};
        storage::container_changes changes = decide(view);
        dropped = view.drop_claims(changes);
        changes.about = storage::place_entry();
        return changes;
    };
    storage::with_way_out([&] { container.update(decide_for); }, way_out_of_damage);
    if (dropped > 0)
        log::warn("{} is not where it was written: a copy, brought back, or on another machine. What it had claimed in "
                  "advance was dropped ({}), and its ECS is asked for new positions.",
            container.path().string(), dropped == 1 ? "1 claim" : std::to_string(dropped) + " claims");
}

cache_entry entry_in(const cache_view& view, const uuid& iteration_uuid) {
    const auto* found = view.find(iteration_uuid);
    if (!found)
        throw failure(errc::delta_missing, "The local claim cache has no entry for iteration " +
                                               crypto::to_string(iteration_uuid) +
                                               "; run pull-missing-deltas for its key.");
    return view.decode(*found);
}

void create(local_container& container, std::span<const create_cache_entry> requests) {
    update(container, [&](const cache_view& view) {
        storage::container_changes changes;
        for (const auto& wanted : requests)
            if (!view.find(wanted.iteration_uuid))
                changes.put.push_back({wanted.iteration_uuid,
                    storage::encode(
                        {wanted.key_uuid, wanted.iteration_uuid, wanted.seq_number, wanted.ecs_uuid, 0, {}}),
                    crypto::secure_bytes{}});
        return changes;
    });
}

std::vector<cache_entry> entries_of_key(const cache_view& view, const uuid& key_uuid) {
    std::vector<cache_entry> entries;
    view.each([&](const storage::sfc_entry& stored) {
        if (auto entry = view.decode(stored); entry.key_uuid == key_uuid)
            entries.push_back(std::move(entry));
    });
    std::ranges::sort(entries, {}, &cache_entry::seq_number);
    return entries;
}

std::vector<cache_entry> asked_for(const cache_view& view, const list_cache_entries& request) {
    if (!request.iteration_uuid)
        return entries_of_key(view, request.key_uuid);
    const auto* found = view.find(*request.iteration_uuid);
    if (!found)
        return {};
    return {view.decode(*found)};
}

std::vector<cache_entry> list(local_container& container, const list_cache_entries& request) {
    return storage::with_way_out([&] { return asked_for(cache_view{*container.open()}, request); }, way_out_of_damage);
}

std::optional<position_range> take(local_container& container, const sub_claim& request) {
    std::optional<position_range> taken;
    update(container, [&](const cache_view& view) {
        storage::container_changes changes;
        auto entry = entry_in(view, request.iteration_uuid);
        taken = storage::take(entry, request.reason, request.size);
        if (taken)
            view.save(changes, entry);
        return changes;
    });
    return taken;
}

position_range accept(local_container& container, const accept_range& request) {
    position_range taken;
    update(container, [&](const cache_view& view) {
        storage::container_changes changes;
        auto entry = entry_in(view, request.iteration_uuid);
        taken = storage::accept(entry, request);
        view.save(changes, entry);
        return changes;
    });
    return taken;
}

void remove(local_container& container, const uuid& key_uuid) {
    update(container, [&](const cache_view& view) {
        storage::container_changes changes;
        for (const auto& entry : entries_of_key(view, key_uuid))
            changes.remove.push_back(entry.iteration_uuid);
        return changes;
    });
}

class claim_cache_state {
public:
    using handle_type = claim_cache_actor;
    static constexpr const char* name = "claim_cache";

    claim_cache_state(claim_cache_actor::pointer, const asker<claim_cache_actor>& me)
        : container_(me, &storage::settings::cache_path) {}

    claim_cache_actor::behavior_type behavior() {
        return {
            handle([this](const create_cache_entry& request) {
                create(container_, {&request, 1});
            }),
            handle([this](const create_cache_entries& request) { create(container_, request.entries); }),
            handle([this](const list_cache_entries& request) {
                return std::make_shared<const std::vector<cache_entry>>(list(container_, request));
            }),
            handle([this](const sub_claim& request) {
                const auto taken = take(container_, request);
                ++(taken ? hits_ : misses_);
                return taken;
            }),
            handle([this](const accept_range& request) {
                ++accepted_;
                return accept(container_, request);
            }),
            handle([this](const remove_key& request) { remove(container_, request.key_uuid); }),
            handle([this](get_status) { return status(); }),
        };
    }

private:
    actor_status status() const {
        return {
            name, {container_.status(), {"claims from here", std::to_string(hits_)},
                      {"claims not here", std::to_string(misses_)}, {"ranges taken in", std::to_string(accepted_)}}};
    }

    local_container container_;
    std::uint64_t hits_ = 0, misses_ = 0, accepted_ = 0;
};

} // namespace

claim_cache_actor spawn_claim_cache(const surroundings_ptr& here) {
    return make_actor<claim_cache_state>(here->system, asker<claim_cache_actor>{here});
}

} // namespace omegasafe::actors
