// One key as the actors around it see it: its iterations, its cache entries and its ECS.
#pragma once

#include "actors/runtime.hpp"

namespace omegasafe::actors {

/// Stamped into new keys and shown by --version.
inline constexpr const char* program_version = OMEGASAFE_VERSION;

/// The way out of a divergence. Not delete-key: that removes the key from the ECS, for everybody.
inline constexpr const char* start_over_advice =
    "To start over from the ECS, export the Alpha (export-key) and the ECS (export-ecs), make a new configuration "
    "directory (init --config-dir) and import both there; keep the old directory for files encrypted with its Delta.";

/// A claimed range and the Delta it lies in.
struct claimed_positions {
    claimed_range claimed;
    key_iteration_ptr delta;
    std::uint64_t first = 0; // position inside the Delta
};

/// Short-lived: made for one request, it asks the supervisor for the actors once. All calls block and throw `failure`.
class key_access {
public:
    /// The ECS is found by the key's cache entry, unless `ecs_uuid` says it (a key that is just being made).
    key_access(caf::actor_system& system, const supervisor_actor& supervisor, const uuid& key_uuid,
        std::optional<uuid> ecs_uuid = {});

    /// Ordered by sequence, the Alpha first. failure(alpha_missing).
    iterations_ptr iterations() const;
    /// The Alpha in front, the newest iteration at the back. failure(alpha_missing).
    iterations_ptr ends() const;
    key_iteration_ptr load(std::uint64_t seq_number) const;
    /// The Delta that a global position belongs to, pulled from the ECS with those before it when it is not here (D4).
    key_iteration_ptr delta_at(u128 position) const;
    /// Claims a range; the positions are gone afterwards, whatever happens.
    claimed_positions claim(std::uint64_t size) const;
    /// Fresh maps from the cipher pool.
    key_material_ptr generate(const crypto::key_geometry& geometry, unsigned max_workers) const;
    /// Stores iterations, in the order of their sequence, with their cache entries; idempotent. The cache entries come
    /// first: an iteration without one would be unusable.
    void commit(std::vector<key_iteration_ptr> iterations) const;
    /// Removes the key and its cache entries from this device.
    void forget() const;
    /// The traditional layer's password, null when off.
    password_ptr layer() const;
    settings_ptr settings() const;
    const uuid& ecs_uuid() const;
    const uuid& key_uuid() const { return key_uuid_; }

    template <class Answer, class Request>
    Answer ask_ecs(Request request) const {
        return ask<Answer>(system_, connection(), std::move(request));
    }
    /// The same, not waiting.
    template <class Answer, class Request>
    void ask_ecs(questions<Answer>& ahead, Request request) const {
        ahead.ask(connection(), std::move(request));
    }
    template <class Answer, class Request>
    Answer ask_cache(Request request) const {
        return ask<Answer>(system_, actors_.claim_cache, std::move(request));
    }
    template <class Answer, class Request>
    Answer ask_sync(Request request) const {
        return ask<Answer>(system_, actors_.delta_sync, std::move(request));
    }

private:
    void pull_up_to(std::uint64_t seq) const;
    const ecs_connection_actor& connection() const;

    caf::actor_system& system_;
    services actors_;
    uuid key_uuid_;
    mutable std::optional<uuid> ecs_uuid_;
    mutable ecs_connection_actor connection_; // made when first needed: a local hit touches no ECS
};

} // namespace omegasafe::actors
