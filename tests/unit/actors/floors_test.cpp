// Who may wait for whom: a question upwards does not compile, so no chain of questions closes to a circle.
#include "actors/key_access.hpp"
#include "actors/runtime.hpp"

#include <catch2/catch.hpp>

using namespace omegasafe;

namespace {

template <class Me, class Answer, class Handle, class Request>
concept compiles = requires(const actors::asker<Me>& me, const Handle& whom, Request request) {
    me.template ask<Answer>(whom, request);
};

// The same question, from below and from above.
static_assert(compiles<claimant_actor, pull_report, delta_sync_actor, pull_deltas>);
static_assert(!compiles<key_store_actor, pull_report, delta_sync_actor, pull_deltas>);
static_assert(compiles<file_job_actor, claimed_range, claimant_actor, claim_request>);
static_assert(!compiles<delta_sync_actor, claimed_range, claimant_actor, claim_request>);
static_assert(compiles<key_store_actor, settings_ptr, config_actor, get_settings>);
static_assert(!compiles<config_actor, iterations_ptr, key_store_actor, list_key_ends>);

// Nor sideways, nor to oneself: two that wait for each other wait for ever.
static_assert(!compiles<key_store_actor, cache_entries_ptr, claim_cache_actor, list_cache_entries>);
static_assert(!compiles<claimant_actor, claimed_range, claimant_actor, claim_request>);
static_assert(!compiles<tree_worker_actor, file_report, file_job_actor, encrypt_file>);

// The supervisor and config ask nobody.
static_assert(!compiles<supervisor_actor, settings_ptr, config_actor, get_settings>);
static_assert(compiles<config_actor, services, supervisor_actor, get_services>);

// An interface that says no floor is asked by nobody.
using stranger_actor = caf::typed_actor<caf::replies_to<get_services>::with<get_status>>;
static_assert(!compiles<batch_actor, get_status, stranger_actor, get_services>);

// Who stands higher lends its name to rules of a lower floor, and never the other way.
using actors::asker;
static_assert(std::is_convertible_v<asker<batch_actor>, asker<file_job_actor>>);
static_assert(std::is_convertible_v<asker<claimant_actor>, actors::config_asker>);
static_assert(!std::is_convertible_v<asker<delta_sync_actor>, asker<claimant_actor>>);
static_assert(!std::is_constructible_v<asker<delta_sync_actor>, asker<key_store_actor>>);

// So delta_sync cannot claim, and the claimant cannot ask itself through a key.
static_assert(std::is_constructible_v<actors::usable_key, asker<tree_worker_actor>, uuid>);
static_assert(!std::is_constructible_v<actors::usable_key, asker<claimant_actor>, uuid>);
static_assert(std::is_constructible_v<actors::synced_key, asker<claimant_actor>, uuid>);
static_assert(!std::is_constructible_v<actors::synced_key, asker<delta_sync_actor>, uuid>);

template <class... Handles>
constexpr bool all_below(actor_floor floor) {
    return ((floor_of<Handles> < floor) && ...);
}
static_assert(all_below<supervisor_actor, config_actor, key_store_actor, claim_cache_actor, ecs_directory_actor,
    cipher_pool_actor, ecs_connection_actor, ecs_account_actor, delta_sync_actor, claimant_actor, file_job_actor,
    tree_worker_actor, batch_actor, progress_actor>(actor_floor::program));

} // namespace

TEST_CASE("every service has a floor of its own kind, and those that own files share one") {
    CHECK(floor_of<supervisor_actor> < floor_of<config_actor>);
    CHECK(floor_of<config_actor> < floor_of<key_store_actor>);
    CHECK(floor_of<key_store_actor> == floor_of<claim_cache_actor>);
    CHECK(floor_of<key_store_actor> == floor_of<ecs_connection_actor>);
    CHECK(floor_of<cipher_pool_actor> < floor_of<delta_sync_actor>);
    CHECK(floor_of<delta_sync_actor> < floor_of<claimant_actor>);
    CHECK(floor_of<claimant_actor> < floor_of<file_job_actor>);
    CHECK(floor_of<file_job_actor> == floor_of<tree_worker_actor>);
    CHECK(floor_of<file_job_actor> < floor_of<batch_actor>);
}
