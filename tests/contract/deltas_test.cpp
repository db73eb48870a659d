// The contract of every ECS: its Deltas.
#include "messages/limits.hpp"
#include "tests/contract/ecs_contract.hpp"
#include "wire/field_rules.hpp"

using namespace omegasafe;
using namespace omegasafe::test;

TEMPLATE_LIST_TEST_CASE("Deltas are listed in their order, unclaimed", "", ecs_places) {
    contract<TestType> c;
    std::vector<uuid> uploaded;
    for (std::uint64_t seq = 1; seq <= 4; ++seq) {
        auto delta = c.new_delta(seq);
        delta.next = delta.positions.last; // not for whoever uploads to say
        c.ecs->upload(c.key, delta, some_container());
        uploaded.push_back(delta.delta_uuid);
    }
    const auto known = c.open()->deltas(c.key);
    REQUIRE(known.size() == uploaded.size());
    for (std::size_t i = 0; i < known.size(); ++i) {
        CHECK(known[i].delta_uuid == uploaded[i]);
        CHECK(known[i].seq_number == i + 1);
        CHECK(known[i].positions == c.new_delta(i + 1).positions);
        CHECK(known[i].next == known[i].positions.first);
    }
}

TEMPLATE_LIST_TEST_CASE("a Delta that is not the next is refused", "", ecs_places) {
    contract<TestType> c;
    const auto container = some_container();
    const auto upload = [&](const ecs_delta& delta) {
        return refused([&] { c.ecs->upload(c.key, delta, container); });
    };
    CHECK(upload(c.new_delta(2)) == conflict());
    const auto delta = c.new_delta(1);
    CHECK(upload(delta) == refusal{});
    CHECK(upload(delta) == conflict(delta.delta_uuid));
    CHECK(upload(c.new_delta(1)) == conflict(delta.delta_uuid));
    CHECK(upload(c.new_delta(3)) == conflict());
    CHECK(upload(c.new_delta(UINT32_MAX)) == conflict());
    auto same_uuid = c.new_delta(2);
    same_uuid.delta_uuid = delta.delta_uuid;
    CHECK(upload(same_uuid) == conflict());
    CHECK(upload(c.new_delta(wire::largest_number)) == conflict());
    CHECK(upload(c.new_delta(wire::largest_number + 1)) == invalid);
    CHECK(upload(c.new_delta(UINT64_MAX)) == invalid);
    auto none = c.new_delta(1);
    none.seq_number = 0;
    CHECK(upload(none) == invalid);

    CHECK(c.ecs->deltas(c.key).size() == 1);
    CHECK(c.ecs->download(c.key, delta.delta_uuid) == container);
    CHECK(upload(c.new_delta(2)) == refusal{});
}

TEMPLATE_LIST_TEST_CASE("a Delta of another key keeps its UUID", "", ecs_places) {
    contract<TestType> c;
    const auto container = some_container();
    const auto mine = c.new_delta(1);
    c.ecs->upload(c.key, mine, container);
    const auto other = c.registered();
    CHECK(refused([&] { c.ecs->upload(other, mine, some_container()); }) == conflict());
    CHECK(c.ecs->deltas(other).empty());
    CHECK(c.ecs->download(c.key, mine.delta_uuid) == container);
}

TEMPLATE_LIST_TEST_CASE("positions that are not the Delta's are refused", "", ecs_places) {
    contract<TestType> c;
    c.uploaded(1);
    for (const auto& positions : {position_range{0, c.capacity - 1}, position_range{c.capacity, 2 * c.capacity},
             position_range{c.capacity, 2 * c.capacity - 2}, position_range{c.capacity - 1, 2 * c.capacity - 1}}) {
        auto delta = c.new_delta(2);
        delta.positions = positions;
        CHECK(refused([&] { c.ecs->upload(c.key, delta, some_container()); }) == invalid);
    }
    CHECK(c.ecs->deltas(c.key).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a download is what was uploaded", "", ecs_places) {
    contract<TestType> c;
    std::vector<std::vector<std::uint8_t>> containers;
    std::vector<uuid> deltas;
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        containers.push_back(some_container());
        const auto delta = c.new_delta(seq);
        c.ecs->upload(c.key, delta, containers.back());
        deltas.push_back(delta.delta_uuid);
    }
    const auto other = c.open();
    for (std::size_t i = 0; i < deltas.size(); ++i) {
        CHECK(c.ecs->download(c.key, deltas[i]) == containers[i]);
        CHECK(other->download(c.key, deltas[i]) == containers[i]);
    }
    CHECK(refused([&] { c.ecs->download(c.key, crypto::random_uuid()); }) == delta_missing);
    CHECK(refused([&] { c.ecs->download(c.key, c.key); }) == delta_missing);
    CHECK(refused([&] { c.ecs->download(c.registered(), deltas[0]); }) == delta_missing);
}

TEMPLATE_LIST_TEST_CASE("a container has one byte to 10 MiB", "", ecs_places) {
    contract<TestType> c;
    for (const std::size_t size : {std::size_t{0}, std::size_t{limits::delta_container_bytes + 1}}) {
        const std::vector<std::uint8_t> container(size, 1);
        CHECK(refused([&] { c.ecs->upload(c.key, c.new_delta(1), container); }) == invalid);
    }
    CHECK(c.ecs->deltas(c.key).empty());
    CHECK(refused([&] { c.uploaded(1); }) == refusal{});
}

TEMPLATE_LIST_TEST_CASE("positions go on beyond 64 bits", "", ecs_places) {
    constexpr std::uint64_t largest = wire::largest_capacity, newest = 22; // (newest - 1) * largest > 2^64
    contract<TestType> c;
    const auto key = c.registered(largest);
    ecs_delta delta;
    for (std::uint64_t seq = 1; seq <= newest; ++seq) {
        delta = c.new_delta(seq, largest);
        c.ecs->upload(key, delta, some_container());
    }
    const auto first = u128{newest - 1} * largest;
    CHECK(first > UINT64_MAX);
    CHECK(c.ecs->deltas(key).back().positions == position_range{first, first + largest - 1});
    CHECK(c.ecs->claim_delta({key, delta.delta_uuid, largest - 1}) == position_range{first, first + largest - 2});
    CHECK(refused([&] { c.ecs->claim_delta({key, delta.delta_uuid, 2}); }) == full(1));
    CHECK(c.ecs->deltas(key).back().remaining() == 1);
}
