#include "actors/claim_cache.hpp"

#include "actors/local_container.hpp"
#include "actors/make_actor.hpp"
#include "storage/records/cache_entry.hpp"
#include <algorithm>
#include <span>

namespace omegasafe::actors {

namespace {

using storage::cache_entry;

/// All changes go through here: who refuses a file as of a later version must not change it.
template <class F>
void update(local_container& container, F decide) {
    container.update([&](const storage::sfc_reader& file) -> storage::container_changes {
        storage::require_known_formats(file);
        return decide(file);
    });
}

/// Saves an entry that exists: all it says stands in its attributes.
storage::container_changes save(const storage::sfc_reader& file, const cache_entry& entry) {
    storage::container_changes changes;
    const auto& rewritten = file.find(entry.iteration_uuid)->attributes;
    changes.put.push_back({entry.iteration_uuid, storage::encode(entry, rewritten), std::nullopt});
    return changes;
}

cache_entry entry_in(const storage::sfc_reader& file, const uuid& iteration_uuid) {
    const auto* found = file.find(iteration_uuid);
    if (!found)
        throw failure(errc::delta_missing, "The local claim cache has no entry for iteration " +
                                               crypto::to_string(iteration_uuid) +
                                               "; run pull-missing-deltas for its key.");
    return storage::decode_cache_entry(*found);
}

void create(local_container& container, std::span<const create_cache_entry> requests) {
    update(container, [&](const storage::sfc_reader& file) {
        storage::container_changes changes;
        for (const auto& wanted : requests)
            if (!file.find(wanted.iteration_uuid))
                changes.put.push_back({wanted.iteration_uuid,
                    storage::encode(
                        {wanted.key_uuid, wanted.iteration_uuid, wanted.seq_number, wanted.ecs_uuid, 0, {}}),
                    crypto::secure_bytes{}});
        return changes;
    });
}

std::vector<cache_entry> entries_of_key(const storage::sfc_reader& file, const uuid& key_uuid) {
    std::vector<cache_entry> entries;
    for (const auto& stored : file.entries())
        if (auto entry = storage::decode_cache_entry(stored); entry.key_uuid == key_uuid)
            entries.push_back(std::move(entry));
    std::ranges::sort(entries, {}, &cache_entry::seq_number);
    return entries;
}

std::vector<cache_entry> list(const storage::sfc_reader& file, const list_cache_entries& request) {
    if (!request.iteration_uuid)
        return entries_of_key(file, request.key_uuid);
    const auto* found = file.find(*request.iteration_uuid);
    if (!found)
        return {};
    return {storage::decode_cache_entry(*found)};
}

std::optional<position_range> take(local_container& container, const sub_claim& request) {
    std::optional<position_range> taken;
    update(container, [&](const storage::sfc_reader& file) {
        auto entry = entry_in(file, request.iteration_uuid);
        taken = storage::take(entry, request.reason, request.size);
        return taken ? save(file, entry) : storage::container_changes{};
    });
    return taken;
}

position_range accept(local_container& container, const accept_range& request) {
    position_range taken;
    update(container, [&](const storage::sfc_reader& file) {
        auto entry = entry_in(file, request.iteration_uuid);
        taken = storage::accept(entry, request);
        return save(file, entry);
    });
    return taken;
}

void remove(local_container& container, const uuid& key_uuid) {
    update(container, [&](const storage::sfc_reader& file) {
        storage::container_changes changes;
        for (const auto& entry : entries_of_key(file, key_uuid))
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
                return std::make_shared<const std::vector<cache_entry>>(list(*container_.open(), request));
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
