// The exhaustive decision matrix of reference section 10, row by row: PERFORMANCE chunk 10, OFFLINE target 10 where
// they are on.
#include "tests/scenario/http_world.hpp"
#include "tests/scenario/one_device.hpp"

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

constexpr double chunk = 10, target = 10;
constexpr bool offline_mode = true;

struct matrix : one_device {
    /// A request of 2 while no ECS claim is possible: served from a claim of 5 when there is one, else an error; never
    /// a claim made at the ECS.
    void only_offline_serves(bool contacts) {
        errc code{};
        CHECK(contacts_ecs([&] { code = claim_error(2); }) == contacts);
        CHECK(code == errc::claim_insufficient);
        hold(offline, 1.9); // too small
        hold(offline, 5);
        CHECK(contacts_ecs([&] { code = claim_error(2); }) == contacts);
        CHECK(code == errc::none);
        CHECK(held(offline) == in_units({1.9, 3}));
        CHECK(held(performance).empty());
    }
};

} // namespace

TEST_CASE_METHOD(matrix, "M1: a PERFORMANCE hit asks the ECS nothing, whatever OFFLINE holds") {
    hold(performance, 5);
    for (const double held_offline : {0.0, 20.0}) {
        if (held_offline > 0)
            hold(offline, held_offline);
        const auto before = held(offline);
        CHECK_FALSE(contacts_ecs([&] { claim(1); }));
        CHECK(held(offline) == before);
    }
    CHECK(held(performance) == in_units({3}));
}

TEST_CASE_METHOD(matrix, "M2: OFFLINE_MODE does not touch a PERFORMANCE hit") {
    hold(performance, 5);
    hold(offline, 5);
    configure(chunk, target, offline_mode);
    CHECK_FALSE(contacts_ecs([&] { claim(1); }));
    CHECK(held(performance) == in_units({4}));
    CHECK(held(offline) == in_units({5}));
}

TEST_CASE_METHOD(matrix, "M3: a miss with OFFLINE at target claims the refill only") {
    hold(offline, target);
    hold(performance, 1); // too small
    CHECK(claims_of([&] { claim(2); }) == in_units({chunk}));
    CHECK(held(performance) == in_units({1, chunk - 2}));
    CHECK(held(offline) == in_units({target}));
}

TEST_CASE_METHOD(matrix, "M4: a miss with OFFLINE below target claims refill and top-up at once") {
    hold(offline, target - 1);
    const auto start = pointer();
    claimed_range claimed;
    CHECK(claims_of([&] { claimed = claim(2); }) == in_units({chunk + target}));
    CHECK(claimed.range == position_range{start, start + 2 * unit - 1});
    CHECK(held(performance) == in_units({chunk - 2}));
    CHECK(held(offline) == in_units({target - 1, target}));
}

TEST_CASE_METHOD(matrix, "M5: with PERFORMANCE on and the ECS unavailable only OFFLINE serves") {
    hold(performance, 1); // too small
    ecs_plays({{unreachable()}});
    errc code{};
    CHECK(contacts_ecs([&] { code = claim_error(2); }));
    CHECK(code == errc::claim_insufficient);
    hold(offline, 5);
    CHECK(claim_error(2) == errc::none);
    CHECK(held(offline) == in_units({3}));
    CHECK(held(performance) == in_units({1}));
}

TEST_CASE_METHOD(matrix, "M6: with PERFORMANCE on, OFFLINE_MODE asks a reachable ECS nothing") {
    configure(chunk, target, offline_mode);
    only_offline_serves(false);
}

TEST_CASE_METHOD(matrix, "M7: without PERFORMANCE and with OFFLINE at target the claim is the request") {
    configure(0, target);
    hold(offline, target);
    const auto start = pointer();
    claimed_range claimed;
    CHECK(claims_of([&] { claimed = claim(2); }) == in_units({2}));
    CHECK(claimed.range == position_range{start, start + 2 * unit - 1});
    CHECK(held(performance).empty());
    CHECK(held(offline) == in_units({target}));
}

TEST_CASE_METHOD(matrix, "M8: without PERFORMANCE and with OFFLINE below target the tail tops up") {
    configure(0, target);
    const auto start = pointer();
    claimed_range claimed;
    CHECK(claims_of([&] { claimed = claim(2); }) == in_units({2 + target}));
    CHECK(claimed.range == position_range{start, start + 2 * unit - 1});
    CHECK(held(performance).empty());
    CHECK(held(offline) == in_units({target}));
}

TEST_CASE_METHOD(matrix, "M9: without PERFORMANCE and the ECS unavailable only OFFLINE serves") {
    configure(0, target);
    ecs_plays({{unreachable()}});
    only_offline_serves(true);
}

TEST_CASE_METHOD(matrix, "M10: without PERFORMANCE, OFFLINE_MODE asks a reachable ECS nothing") {
    configure(0, target, offline_mode);
    only_offline_serves(false);
}

TEST_CASE_METHOD(matrix, "M11: any other ECS error is the answer as it is, and OFFLINE stays untouched") {
    std::vector<ecs_turn> turns;
    for (const auto code : {errc::ecs_rejected, errc::ecs_authentication, errc::ecs_full, errc::key_unknown,
             errc::delta_conflict, errc::delta_missing, errc::lock_timeout, errc::io_failed, errc::container_damaged})
        turns.push_back(fails_with(code, "Refused with " + std::string{to_string(code)} + "."));
    for (const int status : {400, 401, 403, 404, 409, 422})
        turns.push_back(fails_with_status(status));
    hold(offline, 5);
    hold(performance, 0.5); // too small
    const auto before = entry();
    for (const double performance_chunk : {chunk, 0.0}) {
        configure(performance_chunk, target);
        for (const auto call : {ecs_call::list_deltas, ecs_call::claim_delta})
            for (const auto& turn : turns) {
                ecs_plays({{turn, call}});
                const auto problem = claim_failure(2);
                CHECK(problem.code() == turn.problem->code());
                if (turn.wire.is_null() || !http_world::here())
                    CHECK(std::string{problem.what()} == turn.problem->what());
            }
    }
    CHECK(entry() == before);
}

TEST_CASE_METHOD(
    matrix, "M11: an ECS file that is no container, and a connection that crashes, are no unavailability", "[sfc]") {
    hold(offline, 5);
    for (const auto call : {ecs_call::list_deltas, ecs_call::claim_delta}) {
        ecs_plays({{crashes(), call}});
        CHECK(claim_error(2) == errc::internal);
    }
    ecs_plays({});
    write_text(ecs_path, "no container");
    CHECK(claim_error(2) == errc::container_damaged);
    CHECK(held(offline) == in_units({5}));
}

TEST_CASE_METHOD(matrix, "M12: without one sufficient OFFLINE claim the fallback fails and says why") {
    for (int i = 0; i < 3; ++i)
        hold(offline, 1.5);
    const auto before = entry();
    for (const double performance_chunk : {chunk, 0.0})
        for (const bool mode : {false, true}) {
            configure(performance_chunk, target, mode);
            ecs_plays({{unreachable()}});
            const auto problem = claim_failure(2);
            CHECK(problem.code() == errc::claim_insufficient);
            CHECK_THAT(problem.what(), Catch::Contains("OFFLINE cache is insufficient"));
            CHECK_THAT(problem.what(), Catch::Contains("200000 positions"));
            CHECK_THAT(problem.what(), Catch::StartsWith(mode                 ? "OFFLINE_MODE is on"
                                                         : http_world::here() ? "The connection to localhost"
                                                                              : "The ECS cannot be reached,"));
        }
    CHECK(entry() == before);
}
