#include "actors/key_store.hpp"

#include "actors/key_access.hpp"
#include "actors/local_container.hpp"
#include "storage/key_iteration.hpp"
#include <algorithm>
#include <deque>

namespace omegasafe::actors {

namespace {

using storage::iteration_info;

/// Iterations kept open: a batch works with one Delta and its Alpha, a decryption of many files with a few.
constexpr std::size_t kept_open = 4;

struct key_store_state {
    local_container container;
    std::deque<key_iteration_ptr> recent; // newest first
};

std::vector<iteration_info> read_infos(const storage::sfc_reader& file) {
    std::vector<iteration_info> infos;
    infos.reserve(file.entries().size());
    for (const auto& entry : file.entries())
        infos.push_back(storage::decode_iteration_info(entry.attributes));
    std::ranges::sort(infos, {}, [](const iteration_info& i) { return std::pair{i.key_uuid, i.seq_number}; });
    return infos;
}

std::vector<iteration_info> infos_of_key(const storage::sfc_reader& file, const uuid& key_uuid) {
    auto infos = read_infos(file);
    std::erase_if(infos, [&](const iteration_info& i) { return i.key_uuid != key_uuid; });
    if (infos.empty() || !infos.front().is_alpha())
        throw failure(errc::alpha_missing, alpha_missing_sentence(key_uuid));
    return infos;
}

key_iteration_ptr load(key_store_state& state, const load_iteration& wanted) {
    const auto matches = [&](const iteration_info& i) {
        return i.key_uuid == wanted.key_uuid && i.seq_number == wanted.seq_number;
    };
    for (const auto& kept : state.recent)
        if (matches(kept->info))
            return kept;
    const auto file = state.container.open();
    const auto infos = infos_of_key(*file, wanted.key_uuid);
    const auto found = std::ranges::find_if(infos, matches);
    if (found == infos.end())
        throw failure(errc::delta_missing,
            "Delta " + std::to_string(wanted.seq_number) + " of key " + crypto::to_string(wanted.key_uuid) +
                " is not on this device and its ECS did not have it; ask who made the file for the "
                "Delta.");
    const auto payload = file->read(*file->find(found->iteration_uuid), storage::max_payload_bytes);
    auto iteration = storage::decode_payload(payload);
    if (iteration->info != *found)
        throw failure(errc::container_damaged, "The key store contradicts itself about Delta " +
                                                   std::to_string(found->seq_number) + " of key " +
                                                   crypto::to_string(found->key_uuid) + "; restore it from a copy.");
    state.recent.push_front(iteration);
    if (state.recent.size() > kept_open)
        state.recent.pop_back();
    return iteration;
}

void add(key_store_state& state, const storage::key_iteration& iteration) {
    const auto& info = iteration.info;
    state.container.update([&](const storage::sfc_reader& file) {
        storage::container_changes changes;
        if (file.find(info.iteration_uuid))
            return changes;
        for (const auto& known : read_infos(file))
            if (known.key_uuid == info.key_uuid && known.seq_number == info.seq_number)
                throw failure(errc::delta_conflict,
                    "This device already has another iteration " + std::to_string(info.seq_number) + " of key " +
                        crypto::to_string(info.key_uuid) + " (" + crypto::to_string(known.iteration_uuid) +
                        "); nothing was stored. " + start_over_advice);
        changes.put.push_back(
            {info.iteration_uuid, storage::encode(info), storage::encode_payload(info, iteration.cipher->key())});
        return changes;
    });
}

void remove(key_store_state& state, const uuid& key_uuid) {
    std::erase_if(state.recent, [&](const key_iteration_ptr& i) { return i->info.key_uuid == key_uuid; });
    state.container.update([&](const storage::sfc_reader& file) {
        storage::container_changes changes;
        for (const auto& info : read_infos(file))
            if (info.key_uuid == key_uuid)
                changes.remove.push_back(info.iteration_uuid);
        return changes;
    });
}

} // namespace

std::string alpha_missing_sentence(const uuid& key_uuid) {
    return "The Alpha for key_uuid " + crypto::to_string(key_uuid) +
           " does not exist locally. You must obtain and import the Alpha key to the CLI by using 'import-key' "
           "command, to make the key actionable.";
}

key_store_actor::behavior_type key_store_behavior(key_store_actor::pointer self, supervisor_actor supervisor) {
    self->set_exception_handler(crash_error);
    const auto state = std::make_shared<key_store_state>(
        key_store_state{{self->system(), std::move(supervisor), &storage::settings::keys_path}, {}});
    return {
        handle([state](list_iterations) {
            return std::make_shared<const std::vector<iteration_info>>(read_infos(*state->container.open()));
        }),
        handle([state](const list_key_iterations& request) {
            return std::make_shared<const std::vector<iteration_info>>(
                infos_of_key(*state->container.open(), request.key_uuid));
        }),
        handle([state](const load_iteration& request) { return load(*state, request); }),
        handle([state](const add_iteration& request) { add(*state, *request.iteration); }),
        handle([state](const remove_key& request) { remove(*state, request.key_uuid); }),
    };
}

} // namespace omegasafe::actors
