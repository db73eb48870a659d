// The contract of every ECS: positions are given out once.
#include "tests/contract/ecs_contract.hpp"
#include <algorithm>
#include <future>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

/// Everything from `first` on, without a gap and without a position twice.
void check_contiguous(std::vector<position_range> claims, u128 first) {
    std::ranges::sort(claims, {}, &position_range::first);
    for (const auto& claim : claims) {
        CHECK(claim.first == first);
        first = claim.last + 1;
    }
}

} // namespace

TEMPLATE_LIST_TEST_CASE("claims follow one another", "", ecs_places) {
    contract<TestType> c;
    c.uploaded(1);
    const auto delta = c.uploaded(2);
    const auto other = c.open();
    u128 next = c.capacity;
    for (const std::uint64_t size : {1, 2, 7, 64, 255, 300}) {
        auto& ecs = size % 2 == 0 ? *c.ecs : *other;
        CHECK(ecs.claim_delta({c.key, delta, size, size == 7}) == position_range{next, next + size - 1});
        next += size;
        CHECK(c.ecs->deltas(c.key).back().next == next);
        CHECK(other->deltas(c.key).back().next == next);
    }
    CHECK(c.ecs->deltas(c.key).front().next == 0);
    CHECK(c.ecs->key(c.key).alpha_next == 0);
}

TEMPLATE_LIST_TEST_CASE("claims of the Alpha follow one another", "", ecs_places) {
    contract<TestType> c;
    const auto delta = c.uploaded(1);
    const auto other = c.open();
    CHECK(c.ecs->claim_alpha({c.key, 10}) == position_range{0, 9});
    CHECK(other->claim_alpha({c.key, 1}) == position_range{10, 10});
    CHECK(c.claim(delta, 5) == position_range{0, 4});
    CHECK(c.ecs->claim_alpha({c.key, 20}) == position_range{11, 30});
    CHECK(other->key(c.key).alpha_next == 31);
}

TEMPLATE_LIST_TEST_CASE("claims made at once share no position", "", ecs_places) {
    constexpr std::uint64_t size = 7;
    constexpr int claimants = 4, claims = 15;
    contract<TestType> c;
    const auto delta = c.uploaded(1);
    std::vector<std::future<std::vector<position_range>>> running;
    for (int i = 0; i < claimants; ++i)
        running.push_back(std::async(std::launch::async, [&] {
            const auto ecs = c.open();
            std::vector<position_range> got;
            for (int n = 0; n < claims; ++n)
                got.push_back(ecs->claim_delta({c.key, delta, size}));
            return got;
        }));
    std::vector<position_range> all;
    for (auto& claimant : running)
        for (const auto& range : claimant.get()) {
            CHECK(range.size() == size);
            all.push_back(range);
        }
    check_contiguous(all, 0);
    CHECK(c.ecs->deltas(c.key).back().next == claimants * claims * size);
}

TEMPLATE_LIST_TEST_CASE("the last position is given out, and nothing beyond it", "", ecs_places) {
    contract<TestType> c;
    const auto delta = c.uploaded(1);
    SECTION("of a Delta") {
        const auto claim = [&](std::uint64_t size) { return refused([&] { c.claim(delta, size); }); };
        CHECK(claim(c.capacity + 1) == full(c.capacity));
        CHECK(claim(INT64_MAX) == full(c.capacity));
        CHECK(c.claim(delta, c.capacity - 10) == position_range{0, c.capacity - 11});
        CHECK(claim(11) == full(10)); // and takes nothing
        CHECK(c.claim(delta, 10) == position_range{c.capacity - 10, c.capacity - 1});
        CHECK(claim(1) == full(0));
        CHECK(c.ecs->deltas(c.key).back().next == c.capacity);
        CHECK(c.ecs->deltas(c.key).back().remaining() == 0);
    }
    SECTION("of a whole Delta at once") {
        CHECK(c.claim(delta, c.capacity) == position_range{0, c.capacity - 1});
        CHECK(refused([&] { c.claim(delta, 1); }) == full(0));
    }
    SECTION("of the Alpha") {
        const auto claim = [&](std::uint64_t size) { return refused([&] { c.ecs->claim_alpha({c.key, size}); }); };
        CHECK(claim(c.capacity + 1) == full(c.capacity));
        CHECK(claim(c.capacity - 10) == refusal{});
        CHECK(claim(11) == full(10));
        CHECK(c.ecs->claim_alpha({c.key, 10}) == position_range{c.capacity - 10, c.capacity - 1});
        CHECK(claim(1) == full(0));
        CHECK(c.ecs->key(c.key).alpha_next == c.capacity);
    }
}

TEMPLATE_LIST_TEST_CASE("a claim of an impossible size is refused", "", ecs_places) {
    contract<TestType> c;
    const auto delta = c.uploaded(1);
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1} << 63, UINT64_MAX}) {
        CHECK(refused([&] { c.claim(delta, size); }) == invalid);
        CHECK(refused([&] { c.ecs->claim_alpha({c.key, size}); }) == invalid);
    }
    CHECK(c.claim(delta, 1) == position_range{0, 0});
    CHECK(c.ecs->claim_alpha({c.key, 1}) == position_range{0, 0});
}

TEMPLATE_LIST_TEST_CASE("only the newest Delta is claimed of", "", ecs_places) {
    contract<TestType> c;
    const auto first = c.uploaded(1);
    c.claim(first, 10);
    const auto second = c.uploaded(2);
    CHECK(refused([&] { c.claim(first, 1); }) == conflict(second));
    CHECK(refused([&] { c.claim(first, c.capacity + 1); }) == conflict(second));
    CHECK(refused([&] { c.claim(crypto::random_uuid(), 1); }) == delta_missing);
    CHECK(refused([&] { c.ecs->claim_delta({c.registered(), second, 1}); }) == delta_missing);
    CHECK(c.claim(second, 1) == position_range{c.capacity, c.capacity});
    CHECK(c.ecs->deltas(c.key).front().next == 10);
}
