#include "actors/key_access.hpp"

#include "storage/records/cache_entry.hpp"
#include "storage/records/key_iteration.hpp"

namespace omegasafe::actors {

key_access::key_access(
    caf::actor_system& system, const supervisor_actor& supervisor, const uuid& key_uuid, std::optional<uuid> ecs_uuid)
    : system_(system), actors_(ask<services>(system, supervisor, get_services{})), key_uuid_(key_uuid),
      ecs_uuid_(ecs_uuid) {}

iterations_ptr key_access::iterations() const {
    return ask<iterations_ptr>(system_, actors_.key_store, list_key_iterations{key_uuid_});
}

iterations_ptr key_access::ends() const {
    return ask<iterations_ptr>(system_, actors_.key_store, list_key_ends{key_uuid_});
}

key_iteration_ptr key_access::load(std::uint64_t seq_number) const {
    return ask<key_iteration_ptr>(system_, actors_.key_store, load_iteration{key_uuid_, seq_number});
}

key_iteration_ptr key_access::delta_at(u128 position) const {
    const auto geometry = ends()->front().geometry;
    const u128 seq_number = position / geometry.capacity() + 1;
    if (seq_number > geometry.supported_deltas())
        throw failure(errc::container_damaged,
            "The file names a position beyond the capacity of key " + crypto::to_string(key_uuid_) + ".");
    const auto seq = static_cast<std::uint64_t>(seq_number);
    try {
        return load(seq);
    } catch (const failure& problem) {
        if (problem.code() != errc::delta_missing)
            throw;
    }
    pull_up_to(seq);
    return load(seq);
}

void key_access::pull_up_to(std::uint64_t seq) const {
    try {
        ask_sync<pull_report>(pull_deltas{key_uuid_, seq});
    } catch (const failure& problem) {
        if (problem.code() != errc::ecs_unavailable)
            throw;
        throw failure(errc::delta_missing,
            "Delta " + std::to_string(seq) + " of key " + crypto::to_string(key_uuid_) +
                ", which the file needs, is not on this device and cannot be pulled: " + problem.what());
    }
}

claimed_positions key_access::claim(std::uint64_t size) const {
    const auto claimed = ask<claimed_range>(system_, actors_.claimant, claim_request{key_uuid_, size});
    auto delta = load(claimed.seq_number);
    if (claimed.range.size() != size || claimed.range.first < delta->info.first_position() ||
        claimed.range.last > delta->info.last_position())
        throw failure(errc::internal, "The claimed positions do not fit the Delta; nothing was encrypted.");
    const auto first = static_cast<std::uint64_t>(claimed.range.first - delta->info.first_position());
    return {claimed, std::move(delta), first};
}

key_material_ptr key_access::generate(const crypto::key_geometry& geometry, unsigned max_workers) const {
    return ask<key_material_ptr>(system_, actors_.cipher_pool,
        generate_maps{std::make_shared<const crypto::key_geometry>(geometry), max_workers});
}

void key_access::commit(std::vector<key_iteration_ptr> iterations) const {
    create_cache_entries entries;
    for (const auto& iteration : iterations) {
        const auto& info = iteration->info;
        entries.entries.push_back({info.key_uuid, info.iteration_uuid, info.seq_number, ecs_uuid()});
    }
    ask_cache<void>(std::move(entries));
    ask<void>(system_, actors_.key_store, add_iterations{std::move(iterations)});
}

void key_access::forget() const {
    ask<void>(system_, actors_.claim_cache, remove_key{key_uuid_});
    ask<void>(system_, actors_.key_store, remove_key{key_uuid_});
}

password_ptr key_access::layer() const {
    return ask<password_ptr>(system_, actors_.config, get_layer_password{});
}

settings_ptr key_access::settings() const {
    return ask<settings_ptr>(system_, actors_.config, get_settings{});
}

const uuid& key_access::ecs_uuid() const {
    if (!ecs_uuid_) {
        const auto alpha = ends()->front().iteration_uuid;
        const auto entries = ask_cache<cache_entries_ptr>(list_cache_entries{key_uuid_, alpha});
        if (entries->empty())
            throw failure(errc::ecs_unknown, "Key " + crypto::to_string(key_uuid_) +
                                                 " is not linked to an ECS on this device; import it again with "
                                                 "import-key.");
        ecs_uuid_ = entries->front().ecs_uuid;
    }
    return *ecs_uuid_;
}

const ecs_connection_actor& key_access::connection() const {
    if (!connection_)
        connection_ = ask<ecs_connection_actor>(system_, actors_.ecs_directory, connect_ecs{ecs_uuid()});
    return connection_;
}

} // namespace omegasafe::actors
