#include "actors/key_import.hpp"

#include "storage/config/config_file.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"
#include <algorithm>

namespace omegasafe::actors {

namespace {

using storage::iteration_info;

/// True when the key is on this device already.
bool present(const key_access& key, const import_key& request) {
    const auto& info = request.alpha->info;
    const auto entries = key.ask_cache<cache_entries_ptr>(list_cache_entries{info.key_uuid});
    for (const auto& entry : *entries)
        if (entry.ecs_uuid != request.ecs_uuid)
            throw failure(errc::usage, "Key " + crypto::to_string(info.key_uuid) + " is linked to ECS " +
                                           crypto::to_string(entry.ecs_uuid) +
                                           " on this device; import it with that --ecs-uuid.");
    return !entries->empty();
}

void require_registered(const key_access& key, const iteration_info& alpha) {
    const auto known = key.ask_ecs<ecs_key>(get_ecs_key{alpha.key_uuid});
    if (known.alpha_capacity != alpha.geometry.capacity())
        throw failure(errc::ecs_rejected, "The ECS knows key " + crypto::to_string(alpha.key_uuid) +
                                              " with another capacity than this Alpha has; nothing was imported.");
}

[[noreturn]] void refuse_sequence(const iteration_info& delta, const iteration_info& latest) {
    throw failure(errc::delta_conflict,
        "Delta " + std::to_string(delta.seq_number) + " cannot be imported: the newest Delta here is " +
            std::to_string(latest.seq_number) + ", so only " + std::to_string(latest.seq_number + 1) + " can follow.");
}

[[noreturn]] void refuse_other(const iteration_info& delta, const iteration_info& mine) {
    throw failure(errc::delta_conflict, "This device already has another Delta " + std::to_string(delta.seq_number) +
                                            " (" + crypto::to_string(mine.iteration_uuid) +
                                            "); nothing was imported. view-key tells which one the ECS knows. " +
                                            start_over_advice);
}

} // namespace

imported_key import_alpha(const asker_on<actor_floor::delta_sync>& me, const import_key& request) {
    const auto& info = request.alpha->info;
    const key_access key{me, info.key_uuid, request.ecs_uuid};
    if (key.settings()->offline_mode)
        throw failure(
            errc::usage, "OFFLINE_MODE is on, and a key is imported from its ECS; switch it off with set-config.");
    const bool already = present(key, request);
    require_registered(key, info);
    key.commit({request.alpha});
    if (request.layer)
        key.ask_store<void>(take_key_layer{request.layer});
    return {already, key.iterations()};
}

imported_delta import_container(const asker_on<actor_floor::delta_sync>& me, const import_delta& request) {
    layer_opener opener{me};
    const auto layer = opener.password_of(request.container);
    const auto source = std::make_shared<storage::memory_source>(*request.container, "The Delta");
    const auto key_uuid = storage::open_encrypted_file(source, layer).metadata.key_uuid;

    const key_access key{me, key_uuid};
    const auto local = key.iterations();
    key.ecs_uuid();
    auto delta = storage::open_delta(*key.load(0), *request.container, layer);
    const auto same_sequence = std::ranges::find(*local, delta->info.seq_number, &iteration_info::seq_number);
    if (same_sequence == local->end() && delta->info.seq_number != local->back().seq_number + 1)
        refuse_sequence(delta->info, local->back());
    if (same_sequence != local->end() && same_sequence->iteration_uuid != delta->info.iteration_uuid)
        refuse_other(delta->info, *same_sequence);
    opener.remember(key_uuid, layer);
    key.commit({delta}); // also when it is here: a missing cache entry is made
    return {same_sequence != local->end(), std::move(delta)};
}

} // namespace omegasafe::actors
