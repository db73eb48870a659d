// Scenarios P1-P6, O1-O8 and the edge cases of reference section 10, through the real actors. One "GB" is 100,000
// positions.
#include "tests/scenario/one_device.hpp"

using namespace omegasafe;
using namespace omegasafe::test;

TEST_CASE_METHOD(one_device, "P1: a PERFORMANCE hit is served locally") {
    hold(performance, 5);
    ecs_away();
    claimed_range claimed;
    CHECK_FALSE(contacts_ecs([&] { claimed = claim(1); }));
    CHECK(claimed.range.size() == unit);
    CHECK(held(performance) == in_units({4}));
}

TEST_CASE_METHOD(one_device, "P2: a PERFORMANCE miss refills one chunk") {
    configure(10, 0);
    hold(performance, 2);
    CHECK(claims_of([&] { claim(3); }) == in_units({10}));
    CHECK(held(performance) == in_units({2, 7}));
}

TEST_CASE_METHOD(one_device, "P2: with OFFLINE below target its part is in the same one claim") {
    configure(10, 1);
    hold(performance, 2);
    CHECK(claims_of([&] { claim(3); }) == in_units({11}));
    CHECK(held(performance) == in_units({2, 7}));
    CHECK(held(offline) == in_units({1}));
}

TEST_CASE_METHOD(one_device, "P3, E4: a large request refills whole chunks and is served from their front") {
    configure(10, 0);
    const auto start = pointer();
    claimed_range claimed;
    CHECK(claims_of([&] { claimed = claim(23); }) == in_units({30}));
    CHECK(claimed.range == position_range{start, start + 23 * unit - 1});
    CHECK(held(performance) == in_units({7}));
    CHECK(claims_of([&] { claim(20); }) == in_units({20})); // a multiple is not rounded up
}

TEST_CASE_METHOD(one_device, "P4: without the PERFORMANCE cache the request is claimed directly") {
    configure(0, 0);
    CHECK(claims_of([&] { claim(3); }) == in_units({3}));
    CHECK(entry().claims.empty());
    hold(performance, 5); // left from before it was switched off
    CHECK(claims_of([&] { claim(3); }) == in_units({3}));
    CHECK(held(performance) == in_units({5}));
}

TEST_CASE_METHOD(one_device, "P5, E1: best fit in a single claim") {
    configure(10, 0);
    for (const double rest : {0.7, 0.8, 0.9})
        hold(performance, rest);
    CHECK_FALSE(contacts_ecs([&] { claim(0.85); }));
    CHECK(held(performance) == in_units({0.05, 0.7, 0.8}));
    CHECK(claims_of([&] { claim(0.95); }) == in_units({10}));
    CHECK(held(performance) == in_units({0.05, 0.7, 0.8, 9.05}));
}

TEST_CASE_METHOD(one_device, "P6, O8, E7: an eleventh claim drops the smallest of its reason") {
    configure(1, 10);
    for (const auto reason : {performance, offline})
        for (const double rest : {0.3, 0.1, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9})
            hold(reason, rest);
    CHECK(claims_of([&] { claim(0.95); }) == in_units({11})); // leaves 0.05 and tops OFFLINE up by 10
    claim(0.85);                                              // exactly one of them
    CHECK(held(performance) == in_units({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}));
    CHECK(held(offline) == in_units({0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 10}));

    configure(1, 0);
    hold(performance, 0.95);
    CHECK(held(performance).size() == 10);
    CHECK(claims_of([&] { claim(0.96); }) == in_units({1})); // 0.04 are left: the smallest themselves
    CHECK(held(performance) == in_units({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95}));
    CHECK(claims_of([&] { claim(1.5); }) == in_units({2})); // 0.5 are left: 0.1 has to go
    CHECK(held(performance) == in_units({0.2, 0.3, 0.4, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95}));
    CHECK(held(offline).size() == 10); // its limit is its own
}

TEST_CASE_METHOD(one_device, "O1, E3: an OFFLINE cache below target gets the full target on top") {
    configure(10, 1, true);
    hold(offline, 1);
    CHECK_FALSE(contacts_ecs([&] { claim(0.01); }));
    CHECK(held(offline) == in_units({0.99}));
    configure(10, 1);
    CHECK(claims_of([&] { claim(1); }) == in_units({11}));
    CHECK(held(offline) == in_units({0.99, 1}));
    CHECK(claims_of([&] { claim(9.5); }) == in_units({10})); // 1.99 is above the target

    configure(0, 1, true);
    claim(0.99); // best fit takes the smaller claim; exactly the target is left
    CHECK(held(offline) == in_units({1}));
    claim(0.5);
    configure(10, 1);
    CHECK(claims_of([&] { claim(9.9); }) == in_units({11})); // below it again
}

TEST_CASE_METHOD(one_device, "O2, E2: exactly at target there is no top-up, one position below there is") {
    configure(10, 1);
    hold(offline, 1);
    CHECK(claims_of([&] { claim(1); }) == in_units({10}));
    CHECK(held(offline) == in_units({1}));
    configure(0, 1, true);
    claim_positions(1);
    configure(10, 1);
    CHECK(claims_of([&] { claim(9.5); }) == in_units({11}));
    CHECK(held(offline) == counts{unit - 1, unit});
}

TEST_CASE_METHOD(one_device, "O3: a PERFORMANCE hit tops nothing up") {
    configure(10, 1);
    hold(performance, 5);
    hold(offline, 0.5);
    CHECK_FALSE(contacts_ecs([&] { claim(1); }));
    CHECK(held(offline) == in_units({0.5}));
}

TEST_CASE_METHOD(one_device, "O4: without PERFORMANCE the claim is request plus OFFLINE target") {
    configure(0, 1);
    const auto start = pointer();
    claimed_range claimed;
    CHECK(claims_of([&] { claimed = claim(3); }) == in_units({4}));
    CHECK(claimed.range == position_range{start, start + 3 * unit - 1});
    CHECK(held(performance).empty());
    CHECK(held(offline) == in_units({1}));
    CHECK(entry().claims.front().range == position_range{start + 3 * unit, start + 4 * unit - 1});
}

TEST_CASE_METHOD(one_device, "O5: an ECS file that is away leads to one OFFLINE claim") {
    hold(offline, 2);
    hold(offline, 3);
    ecs_away();
    CHECK(claim_error(1.5) == errc::none);
    CHECK(held(offline) == in_units({0.5, 3}));
    ecs_back();
    CHECK(claims_of([&] { claim(1); }) == in_units({20})); // 3.5 is below the target of 10
    CHECK(held(offline) == in_units({0.5, 3, 10}));
}

TEST_CASE_METHOD(
    one_device, "O5: every kind of unavailability leads to OFFLINE, before and after the claim took effect") {
    std::vector<ecs_turn> turns{unreachable(), fails_with(errc::ecs_unavailable, "The ECS did not answer in time.")};
    for (const int status : {429, 500, 502, 503, 504, 599})
        turns.push_back(fails_with_status(status));
    hold(offline, 20);
    double left = 20;
    for (const auto call : {ecs_call::list_deltas, ecs_call::claim_delta})
        for (const auto& turn : turns)
            for (const auto& played : {turn, too_late(turn)}) {
                INFO(turn.problem->what() << " Call " << static_cast<int>(call));
                ecs_plays({{played, call}});
                CHECK(claim_error(0.5) == errc::none);
                left -= 0.5;
                CHECK(held(offline) == in_units({left}));
                CHECK(held(performance).empty());
            }
    ecs_plays({});
    CHECK(claim(1).range.first > entry().claims.front().range.last); // what was lost does not come again
}

TEST_CASE_METHOD(one_device, "O6: fragments are not stitched together") {
    hold(offline, 0.6);
    hold(offline, 0.6);
    ecs_plays({{unreachable()}});
    CHECK(claim_error(0.9) == errc::claim_insufficient);
    CHECK(held(offline) == in_units({0.6, 0.6}));
}

TEST_CASE_METHOD(one_device, "O7: OFFLINE switched off keeps what there is usable and adds nothing") {
    hold(offline, 1);
    configure(10, 0);
    CHECK(claims_of([&] { claim(1); }) == in_units({10}));
    CHECK(held(offline) == in_units({1}));
    configure(0, 0, true);
    CHECK_FALSE(contacts_ecs([&] { claim(0.4); }));
    CHECK(held(offline) == in_units({0.6}));
    configure(0, 0);
    ecs_plays({{unreachable()}});
    claim(0.6);
    CHECK(held(offline).empty());
    ecs_plays({});
    CHECK(claims_of([&] { claim(1); }) == in_units({1})); // nothing is left and still nothing is added
}

TEST_CASE_METHOD(one_device, "E5: chunk and target are capped at a quarter of the capacity") {
    configure(1000, 1000);
    const std::uint64_t quarter = capacity / 4;
    CHECK(claims_of([&] { claim(1); }) == counts{2 * quarter});
    CHECK(held(performance) == counts{quarter - unit});
    CHECK(held(offline) == counts{quarter});
}

TEST_CASE_METHOD(one_device, "claims of one iteration are never used for another") {
    configure(0, 0);
    claim_positions(capacity - 2 * unit);
    hold(offline, 1);
    CHECK(claim(1.5).seq_number == 2); // renewed: the request did not fit
    configure(0, 0, true);
    CHECK(claim_error(0.5) == errc::claim_insufficient); // the OFFLINE claim is Delta 1's
}

TEST_CASE_METHOD(one_device, "a Delta is used to its end, then renewed") {
    configure(0, 0);
    claim_positions(59'000'000);
    const auto last = claim_positions(319'000);
    CHECK(last.range.last == capacity - 1);
    CHECK(last.seq_number == 1);
    const auto next = claim_positions(1);
    CHECK(next.seq_number == 2);
    CHECK(next.range.first == capacity);
    CHECK(sequences() == counts{0, 1, 2});
    CHECK(claim_positions(capacity).seq_number == 3);
    CHECK_THROWS_AS(claim_positions(capacity + 1), failure);
}

TEST_CASE_METHOD(one_device, "near the end of a Delta the claim shrinks instead of wasting it") {
    configure(100, 100);
    claim_positions(50'000'000); // five chunks of 10 M, no room for the OFFLINE part
    CHECK(pointer() == 50'000'000);
    CHECK(held(offline).empty());
    claim_positions(9'000'000); // a chunk of 10 M does not fit: the rest does
    CHECK(pointer() == capacity);
    CHECK(held(performance) == counts{319'000});
}
