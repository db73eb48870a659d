// What an actor's source sees (make_actor.hpp and no more): no way to ask but its asker, which asks downwards only.
// Compiled by itself, so that no other test's includes are seen.
#include "actors/make_actor.hpp"

#include <catch2/catch.hpp>

namespace omegasafe::actors {

// So that there is something to look up; whatever make_actor.hpp brings with it is looked up as well.
struct nobody {};
template <class Answer>
void ask(nobody);

} // namespace omegasafe::actors

using namespace omegasafe;

namespace {

template <class Asker, class Answer, class Handle, class Request>
concept asks_freely = requires(Asker& by, const Handle& whom, Request request) {
    actors::ask<Answer>(by, whom, request);
};
static_assert(!asks_freely<caf::actor_system, settings_ptr, config_actor, get_settings>);
static_assert(!asks_freely<caf::scoped_actor, settings_ptr, config_actor, get_settings>);

template <class Me, class Answer, class Handle, class Request>
concept asks_ahead = requires(actors::questions<Answer, floor_of<Me>>& open, const Handle& whom, Request request) {
    open.ask(whom, request);
};
static_assert(asks_ahead<delta_sync_actor, blob_ptr, ecs_connection_actor, download_delta>);
static_assert(!asks_ahead<key_store_actor, blob_ptr, ecs_connection_actor, download_delta>);
static_assert(!asks_ahead<delta_sync_actor, claimed_range, claimant_actor, claim_request>);
static_assert(!std::is_constructible_v<actors::questions<blob_ptr, actor_floor::claimant>, caf::actor_system&>);
static_assert(
    !std::is_constructible_v<actors::questions<blob_ptr, actor_floor::claimant>, actors::asker<delta_sync_actor>>);

} // namespace

TEST_CASE("an actor asks with its asker, or not at all") {
    SUCCEED("it compiles");
}
