#include "actors/key_access.hpp"

#include "actors/asking.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/key_iteration.hpp"

namespace omegasafe::actors {

failure not_linked(const uuid& key_uuid) {
    return {errc::ecs_unknown, "Key " + crypto::to_string(key_uuid) +
                                   " is not linked to an ECS on this device; import it again with import-key."};
}

struct key_access::known {
    services all;
    ecs_connection_actor connection; // made when first needed: a local hit touches no ECS

    const ecs_connection_actor& connection_of(const key_access& key) {
        if (!connection)
            connection = key.me_.ask<ecs_connection_actor>(all.ecs_directory, connect_ecs{key.ecs_uuid()});
        return connection;
    }
};

key_access::key_access(asker_on<actor_floor::delta_sync> me, const uuid& key_uuid, std::optional<uuid> ecs_uuid)
    : me_(std::move(me)), known_(std::make_shared<known>(known{me_.actors(), {}})), key_uuid_(key_uuid),
      ecs_uuid_(ecs_uuid) {}

template <class Answer, class Request>
Answer key_access::ask_store(Request request) const {
    return me_.ask<Answer>(known_->all.key_store, std::move(request));
}
template iterations_ptr key_access::ask_store<iterations_ptr>(list_key_iterations) const;
template iterations_ptr key_access::ask_store<iterations_ptr>(list_key_ends) const;
template key_iteration_ptr key_access::ask_store<key_iteration_ptr>(load_iteration) const;
template void key_access::ask_store<void>(add_iterations) const;
template void key_access::ask_store<void>(remove_key) const;
template blob_ptr key_access::ask_store<blob_ptr>(get_pending_delta) const;
template void key_access::ask_store<void>(keep_pending_delta) const;
template void key_access::ask_store<void>(discard_pending_delta) const;
template layer_in_use key_access::ask_store<layer_in_use>(get_key_layer) const;
template void key_access::ask_store<void>(take_key_layer) const;

template <class Answer, class Request>
Answer key_access::ask_cache(Request request) const {
    return me_.ask<Answer>(known_->all.claim_cache, std::move(request));
}
template void key_access::ask_cache<void>(create_cache_entries) const;
template void key_access::ask_cache<void>(remove_key) const;
template cache_entries_ptr key_access::ask_cache<cache_entries_ptr>(list_cache_entries) const;
template std::optional<position_range> key_access::ask_cache<std::optional<position_range>>(sub_claim) const;
template position_range key_access::ask_cache<position_range>(accept_range) const;

template <class Answer, class Request>
Answer key_access::ask_ecs(Request request) const {
    return me_.ask<Answer>(known_->connection_of(*this), std::move(request));
}
template void key_access::ask_ecs<void>(register_key) const;
template ecs_key key_access::ask_ecs<ecs_key>(get_ecs_key) const;
template void key_access::ask_ecs<void>(delete_ecs_key) const;
template std::vector<ecs_delta> key_access::ask_ecs<std::vector<ecs_delta>>(list_deltas) const;
template position_range key_access::ask_ecs<position_range>(claim_delta_positions) const;
template position_range key_access::ask_ecs<position_range>(claim_alpha_positions) const;
template void key_access::ask_ecs<void>(upload_delta) const;

iterations_ptr key_access::iterations() const {
    return ask_store<iterations_ptr>(list_key_iterations{key_uuid_});
}

iterations_ptr key_access::ends() const {
    return ask_store<iterations_ptr>(list_key_ends{key_uuid_});
}

key_iteration_ptr key_access::load(std::uint64_t seq_number) const {
    return ask_store<key_iteration_ptr>(load_iteration{key_uuid_, seq_number});
}

key_material_ptr key_access::generate(const crypto::key_geometry& geometry, unsigned max_workers) const {
    return me_.ask<key_material_ptr>(
        known_->all.cipher_pool, generate_maps{std::make_shared<const crypto::key_geometry>(geometry), max_workers});
}

void key_access::commit(std::vector<key_iteration_ptr> iterations) const {
    create_cache_entries entries;
    for (const auto& iteration : iterations) {
        const auto& info = iteration->info;
        entries.entries.push_back({info.key_uuid, info.iteration_uuid, info.seq_number, ecs_uuid()});
    }
    ask_cache<void>(std::move(entries));
    ask_store<void>(add_iterations{std::move(iterations)});
}

void key_access::forget() const {
    ask_cache<void>(remove_key{key_uuid_});
    ask_store<void>(remove_key{key_uuid_});
}

layer_in_use key_access::layer() const {
    return ask_store<layer_in_use>(get_key_layer{key_uuid_});
}

password_ptr key_access::layer_to_seal() const {
    return ask_store<layer_in_use>(get_key_layer{key_uuid_, true}).password;
}

layer_opener key_access::opener() const {
    return layer_opener{me_, key_uuid_};
}

settings_ptr key_access::settings() const {
    return me_.ask<settings_ptr>(known_->all.config, get_settings{});
}

const uuid& key_access::ecs_uuid() const {
    if (!ecs_uuid_) {
        const auto alpha = ends()->front().iteration_uuid;
        ecs_uuid_ = storage::ecs_of_key(*ask_cache<cache_entries_ptr>(list_cache_entries{key_uuid_, alpha}), alpha);
        if (!ecs_uuid_)
            throw not_linked(key_uuid_);
    }
    return *ecs_uuid_;
}

struct key_access::downloads::parts {
    explicit parts(const key_access& from) : key(from), under_way(from.me_) {}

    const key_access& key;
    questions<blob_ptr, actor_floor::delta_sync> under_way;
};

key_access::downloads::downloads(const key_access& key) : parts_(std::make_unique<parts>(key)) {}

key_access::downloads::~downloads() = default;

void key_access::downloads::ask(const uuid& delta_uuid) {
    const auto& key = parts_->key;
    parts_->under_way.ask(key.known_->connection_of(key), download_delta{key.key_uuid_, delta_uuid});
}

std::size_t key_access::downloads::open() const {
    return parts_->under_way.open();
}

blob_ptr key_access::downloads::next() {
    return parts_->under_way.next();
}

pull_report synced_key::pull(std::optional<std::uint64_t> up_to) const {
    return me_.ask<pull_report>(actors().all.delta_sync, pull_deltas{key_uuid(), up_to});
}

key_iteration_ptr synced_key::renew() const {
    return me_.ask<key_iteration_ptr>(actors().all.delta_sync, renew_delta{key_uuid()});
}

key_iteration_ptr usable_key::delta_at(u128 position) const {
    const auto geometry = ends()->front().geometry;
    const u128 seq_number = position / geometry.capacity() + 1;
    if (seq_number > geometry.supported_deltas())
        throw failure(errc::container_damaged,
            "The file names a position beyond the capacity of key " + crypto::to_string(key_uuid()) + ".");
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

void usable_key::pull_up_to(std::uint64_t seq_number) const {
    try {
        pull(seq_number);
    } catch (const failure& problem) {
        if (problem.code() != errc::ecs_unavailable)
            throw;
        throw failure(errc::delta_missing,
            "Delta " + std::to_string(seq_number) + " of key " + crypto::to_string(key_uuid()) +
                ", which the file needs, is not on this device and cannot be pulled: " + problem.what());
    }
}

claimed_positions usable_key::claim(std::uint64_t size) const {
    const auto claimed = me_.ask<claimed_range>(actors().all.claimant, claim_request{key_uuid(), size});
    auto delta = load(claimed.seq_number);
    if (claimed.range.size() != size || claimed.range.first < delta->info.first_position() ||
        claimed.range.last > delta->info.last_position())
        throw failure(errc::internal, "The claimed positions do not fit the Delta; nothing was encrypted.");
    const auto first = static_cast<std::uint64_t>(claimed.range.first - delta->info.first_position());
    return {claimed, std::move(delta), first};
}

} // namespace omegasafe::actors
