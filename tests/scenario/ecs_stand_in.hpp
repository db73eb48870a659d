// An ECS as tests want it: a real connection behind it, a record of what it was asked, and answers that go wrong on
// demand.
#pragma once

#include "actors/ecs_connection.hpp"
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

namespace omegasafe::test {

enum class ecs_call {
    register_key,
    get_key,
    edit_key,
    delete_key,
    list_deltas,
    claim_delta,
    claim_alpha,
    upload,
    download
};

/// One call that the stand-in got.
struct ecs_record {
    ecs_call call{};
    std::uint64_t size = 0;               // positions asked for, of a claim
    std::optional<position_range> gave{}; // what the ECS behind gave away, whatever was answered
};

/// How a call goes, when not well.
struct ecs_turn {
    std::optional<failure> problem{}; // the answer
    bool crash = false;               // no answer: the connection dies
    bool takes_effect = false;        // a failing call was carried out all the same: the answer gets lost
    std::chrono::milliseconds delay{0};
    std::function<position_range(const position_range&)> range{}; // another answer to a claim
    std::function<void(std::vector<ecs_delta>&)> deltas{};        // another list of Deltas
    nlohmann::json wire{}; // with a real server: what the proxy does instead of us (its action); null: nothing
};

ecs_turn fails_with(errc code, const std::string& sentence = "The ECS refused on purpose.");
/// As the HTTP connection has to class statuses: 429 and 5xx are unavailability, 401 and 403 authentication.
ecs_turn fails_with_status(int status);
ecs_turn unreachable();
ecs_turn crashes();
/// The same failure, after the call took effect.
ecs_turn too_late(ecs_turn turn);
/// Long enough for others to overtake.
ecs_turn slow();
ecs_turn answers_range(std::function<position_range(const position_range&)> range);

/// The next `times` calls of that kind go like this.
struct ecs_order {
    ecs_turn turn;
    std::optional<ecs_call> call{}; // nothing: any
    unsigned times = 1'000'000;
};

/// Replaces all orders and forgets the records.
struct play_orders {
    std::vector<ecs_order> orders;
};
struct get_records {};

/// Runs on the stand-in's own thread, after a call took effect and before its answer.
using ecs_observer = std::function<void(const ecs_record&)>;

} // namespace omegasafe::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::test::get_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::test::play_orders)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<omegasafe::test::ecs_record>)

namespace omegasafe::test {

/// Its orders come as messages, so nothing is shared between a test and the stand-in.
using ecs_stand_in_actor = ecs_connection_actor::extend<caf::replies_to<play_orders>::with<void>,
    caf::replies_to<get_records>::with<std::vector<ecs_record>>>;

} // namespace omegasafe::test

template <>
inline constexpr auto omegasafe::floor_of<omegasafe::test::ecs_stand_in_actor> = omegasafe::actor_floor::stores;

namespace omegasafe::test {

/// A connector whose connections are stand-ins before what actors::connect_to makes.
actors::ecs_connector stand_in_connector(ecs_observer observer = {});

/// The stand-in behind a handle that came from such a connector.
ecs_stand_in_actor as_stand_in(const ecs_connection_actor& connection);

} // namespace omegasafe::test
