// One key as the actors around it see it: its iterations, its cache entries and its ECS. What an actor may ask for
// depends on its floor, so there is one class per floor. Free of the actor library.
#pragma once

#include "actors/layer_opener.hpp"
#include "messages/account.hpp"

namespace omegasafe::actors {

/// Stamped into new keys and shown by --version.
inline constexpr const char* program_version = OMEGASAFE_VERSION;

/// The way out of a divergence. Not delete-key: that removes the key from the ECS, for everybody.
inline constexpr const char* start_over_advice =
    "To start over from the ECS, export the Alpha (export-key) and the ECS (export-ecs), make a new configuration "
    "directory (init --config-dir) and import both there; keep the old directory for files encrypted with its Delta.";

/// failure(ecs_unknown) of a key that is here without its ECS.
failure not_linked(const uuid& key_uuid);

/// What delta_sync and whoever stands above it may do. Short-lived: made for one request, it asks the supervisor for
/// the actors once. All calls block and throw `failure`.
class key_access {
public:
    /// The ECS is found by the key's cache entry, unless `ecs_uuid` says it (a key that is just being made).
    key_access(asker_on<actor_floor::delta_sync> me, const uuid& key_uuid, std::optional<uuid> ecs_uuid = {});

    /// Ordered by sequence, the Alpha first. failure(alpha_missing).
    iterations_ptr iterations() const;
    /// The Alpha in front, the newest iteration at the back. failure(alpha_missing).
    iterations_ptr ends() const;
    key_iteration_ptr load(std::uint64_t seq_number) const;
    /// Fresh maps from the cipher pool.
    key_material_ptr generate(const crypto::key_geometry& geometry, unsigned max_workers) const;
    /// Stores iterations, in the order of their sequence, with their cache entries; idempotent. The cache entries come
    /// first: an iteration without one would be unusable.
    void commit(std::vector<key_iteration_ptr> iterations) const;
    /// Removes the key and its cache entries from this device.
    void forget() const;
    /// The layer that the key has now.
    layer_in_use layer() const;
    /// Opens what was sealed with any layer password known here, its own first.
    layer_opener opener() const;
    /// The password to seal its next file or Delta with, null for no layer. It is remembered for the key before.
    password_ptr layer_to_seal() const;
    settings_ptr settings() const;
    const uuid& ecs_uuid() const;
    const uuid& key_uuid() const { return key_uuid_; }

    // Questions to the owner of the key's iterations, of its claims, and to its ECS. key_access.cpp lists them.
    template <class Answer, class Request>
    Answer ask_store(Request request) const;
    template <class Answer, class Request>
    Answer ask_cache(Request request) const;
    template <class Answer, class Request>
    Answer ask_ecs(Request request) const;

    /// Deltas on their way from the ECS, several at once.
    class downloads {
    public:
        explicit downloads(const key_access& key);
        ~downloads();
        void ask(const uuid& delta_uuid);
        /// Those asked for and not taken yet.
        std::size_t open() const;
        /// The container of the one that was asked for first.
        blob_ptr next();

    private:
        struct parts;
        std::unique_ptr<parts> parts_;
    };

protected:
    struct known; // the actors
    const known& actors() const { return *known_; }

private:
    asker_on<actor_floor::delta_sync> me_;
    std::shared_ptr<known> known_;
    uuid key_uuid_;
    mutable std::optional<uuid> ecs_uuid_;
};

/// What the claimant and whoever stands above it may do.
class synced_key : public key_access {
public:
    synced_key(asker_on<actor_floor::claimant> me, const uuid& key_uuid)
        : key_access(me, key_uuid), me_(std::move(me)) {}

    pull_report pull(std::optional<std::uint64_t> up_to = {}) const;
    key_iteration_ptr renew() const;

private:
    asker_on<actor_floor::claimant> me_;
};

/// A claimed range and the Delta it lies in.
struct claimed_positions {
    claimed_range claimed;
    key_iteration_ptr delta;
    std::uint64_t position_in_delta = 0; // of the first one
};

/// What those who encrypt and decrypt may do.
class usable_key : public synced_key {
public:
    usable_key(asker_on<actor_floor::file_job> me, const uuid& key_uuid)
        : synced_key(me, key_uuid), me_(std::move(me)) {}

    /// The Delta that a global position belongs to, pulled from the ECS with those before it when it is not here (D4).
    key_iteration_ptr delta_at(u128 position) const;
    /// Claims a range; the positions are gone afterwards, whatever happens.
    claimed_positions claim(std::uint64_t size) const;

private:
    void pull_up_to(std::uint64_t seq_number) const;

    asker_on<actor_floor::file_job> me_;
};

} // namespace omegasafe::actors
