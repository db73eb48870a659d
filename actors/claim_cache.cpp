#include "actors/claim_cache.hpp"

#include "actors/local_container.hpp"
#include "storage/records/cache_entry.hpp"
#include <algorithm>
#include <span>

namespace omegasafe::actors {

namespace {

using storage::cache_entry;

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
    return storage::decode_cache_entry(found->attributes);
}

void create(local_container& container, std::span<const create_cache_entry> requests) {
    container.update([&](const storage::sfc_reader& file) {
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
        if (auto entry = storage::decode_cache_entry(stored.attributes); entry.key_uuid == key_uuid)
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
    return {storage::decode_cache_entry(found->attributes)};
}

std::optional<position_range> take(local_container& container, const sub_claim& request) {
    std::optional<position_range> taken;
    container.update([&](const storage::sfc_reader& file) {
        auto entry = entry_in(file, request.iteration_uuid);
        taken = storage::take(entry, request.reason, request.size);
        return taken ? save(file, entry) : storage::container_changes{};
    });
    return taken;
}

position_range accept(local_container& container, const accept_range& request) {
    position_range taken;
    container.update([&](const storage::sfc_reader& file) {
        auto entry = entry_in(file, request.iteration_uuid);
        taken = storage::accept(entry, request);
        return save(file, entry);
    });
    return taken;
}

void remove(local_container& container, const uuid& key_uuid) {
    container.update([&](const storage::sfc_reader& file) {
        storage::container_changes changes;
        for (const auto& entry : entries_of_key(file, key_uuid))
            changes.remove.push_back(entry.iteration_uuid);
        return changes;
    });
}

} // namespace

claim_cache_actor::behavior_type claim_cache_behavior(claim_cache_actor::pointer self, supervisor_actor supervisor) {
    self->set_exception_handler(crash_error);
    const auto container =
        std::make_shared<local_container>(self->system(), std::move(supervisor), &storage::settings::cache_path);
    return {
        handle([container](const create_cache_entry& request) {
            create(*container, {&request, 1});
        }),
        handle([container](const create_cache_entries& request) { create(*container, request.entries); }),
        handle([container](const list_cache_entries& request) {
            return std::make_shared<const std::vector<cache_entry>>(list(*container->open(), request));
        }),
        handle([container](const sub_claim& request) { return take(*container, request); }),
        handle([container](const accept_range& request) { return accept(*container, request); }),
        handle([container](const remove_key& request) { remove(*container, request.key_uuid); }),
    };
}

} // namespace omegasafe::actors
