#include "actors/claim_plan.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe::actors;
using omegasafe::crypto::u128;

namespace {

/// Any number of bits, so that small, large and equal numbers all occur; at most what an iteration holds.
rc::Gen<std::uint64_t> positions() {
    return rc::gen::exec([] {
        const auto bits = *rc::gen::inRange(1, 63);
        return *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << bits);
    });
}

} // namespace

TEST_CASE("E6: keys below four positions have no cache, at four it is one") {
    for (const std::uint64_t capacity : {1, 2, 3})
        CHECK(effective_bytes(1'000'000'000, capacity) == 0);
    CHECK(effective_bytes(1'000'000'000, 4) == 1);
    CHECK(effective_bytes(10, 1'000) == 10);
    CHECK(effective_bytes(0, 1'000) == 0);
}

TEST_CASE("E5: chunk and target are the configured size, but never more than a quarter") {
    rc::prop("min(configured, capacity / 4)", [] {
        const auto configured = *positions(), capacity = *positions();
        const u128 effective = effective_bytes(configured, capacity);
        RC_ASSERT(effective <= configured);
        RC_ASSERT(effective * 4 <= capacity);
        RC_ASSERT(effective == configured || (effective + 1) * 4 > capacity);
    });
}

TEST_CASE("plans for single situations") {
    CHECK(plan_claim({.request = 23, .performance_chunk = 10, .delta_remaining = 100}) == claim_plan{30, 0, 0});
    CHECK(plan_claim({.request = 10, .performance_chunk = 10, .delta_remaining = 100}) == claim_plan{10, 0, 0});
    CHECK(plan_claim({.request = 3, .offline_target = 5, .offline_remaining = 4, .delta_remaining = 100}) ==
          claim_plan{0, 3, 5});
    CHECK(plan_claim({.request = 3, .offline_target = 5, .offline_remaining = 5, .delta_remaining = 100}) ==
          claim_plan{0, 3, 0});
    CHECK(plan_claim({.request = 3, .performance_chunk = 10, .offline_target = 5, .delta_remaining = 14}) ==
          claim_plan{10, 0, 0});
    CHECK(plan_claim({.request = 3, .performance_chunk = 10, .delta_remaining = 7}) == claim_plan{7, 0, 0});
    CHECK(plan_claim({.request = 8, .performance_chunk = 10, .delta_remaining = 7}) == std::nullopt);
}

TEST_CASE("every plan serves its request and never asks for more than the Delta has left") {
    rc::prop("serves, fits, wastes nothing", [] {
        const claim_situation s{*positions() + 1, *positions(), *positions(), *positions(), *positions()};
        const auto plan = plan_claim(s);
        RC_ASSERT(plan.has_value() == (s.request <= s.delta_remaining));
        if (!plan)
            return;
        RC_ASSERT(u128{plan->performance} + plan->direct + plan->offline <= s.delta_remaining);
        RC_ASSERT(plan->performance + plan->direct >= s.request);
        RC_ASSERT(plan->offline == 0 || plan->offline == s.offline_target);
        RC_ASSERT((plan->performance == 0) == (s.performance_chunk == 0));
        RC_ASSERT(plan->direct == 0 || plan->direct == s.request);
    });
}

TEST_CASE("P3, E2, E3, E4: with room in the Delta a plan is what the reference computes") {
    rc::prop("ceil(request / chunk) * chunk, and the full target when less remains", [] {
        auto number = [](std::uint64_t low) { return *rc::gen::inRange<std::uint64_t>(low, 30); };
        const claim_situation s{number(1), number(0), number(0), number(0), 1'000'000'000};
        const auto chunks = s.performance_chunk == 0 ? 0 : (s.request + s.performance_chunk - 1) / s.performance_chunk;
        RC_ASSERT(plan_claim(s) == (claim_plan{chunks * s.performance_chunk, chunks == 0 ? s.request : 0,
                                       s.offline_remaining < s.offline_target ? s.offline_target : 0}));
    });
}
