#include "actors/claim_plan.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace omegasafe::actors;

TEST_CASE("E6: keys below four positions have no cache, at four it is one") {
    for (const std::uint64_t capacity : {1, 2, 3})
        CHECK(effective_bytes(1'000'000'000, capacity) == 0);
    CHECK(effective_bytes(1'000'000'000, 4) == 1);
    CHECK(effective_bytes(10, 1'000) == 10);
    CHECK(effective_bytes(0, 1'000) == 0);
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
    rc::check([] {
        const auto number = [](std::uint64_t low) { return *rc::gen::inRange<std::uint64_t>(low, 1'000'000); };
        const claim_situation s{number(1), number(0), number(0), number(0), number(0)};
        const auto plan = plan_claim(s);
        RC_ASSERT(plan.has_value() == (s.request <= s.delta_remaining));
        if (!plan)
            return;
        RC_ASSERT(plan->total() <= s.delta_remaining);
        RC_ASSERT(plan->performance + plan->direct >= s.request);
        RC_ASSERT(plan->offline == 0 || plan->offline == s.offline_target);
        RC_ASSERT((plan->performance == 0) == (s.performance_chunk == 0));
    });
}
