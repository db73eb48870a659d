// The contract of every ECS: its keys.
#include "tests/contract/ecs_contract.hpp"
#include "tests/unit/wire/field_table.hpp"
#include "wire/field_rules.hpp"

using namespace omegasafe;
using namespace omegasafe::test;

TEMPLATE_LIST_TEST_CASE("a key is what it was registered as", "", ecs_places) {
    contract<TestType> c;
    const auto key = c.new_key();
    c.ecs->register_key(key);
    for (const auto& ecs : {c.open(), c.open()}) {
        const auto known = ecs->key(key.key_uuid);
        CHECK(known.key_uuid == key.key_uuid);
        CHECK(known.name == key.name);
        CHECK(known.omegasafe_version == key.omegasafe_version);
        CHECK(known.alpha_capacity == key.alpha_capacity);
        CHECK(known.alpha_next == 0);
        CHECK(ecs->deltas(key.key_uuid).empty());
    }
}

TEMPLATE_LIST_TEST_CASE("a key is registered once", "", ecs_places) {
    contract<TestType> c;
    const refusal exists{errc::ecs_rejected, ecs::key_exists};
    const auto key = c.new_key();
    c.ecs->register_key(key);

    SECTION("the same again changes nothing") {
        c.ecs->register_key(key);
        CHECK(c.ecs->key(key.key_uuid).alpha_next == 0);
    }
    SECTION("another one is refused") {
        auto other = key;
        other.name = "Another key";
        CHECK(refused([&] { c.ecs->register_key(other); }) == exists);
        other = key;
        other.alpha_capacity += 1;
        CHECK(refused([&] { c.ecs->register_key(other); }) == exists);
        CHECK(c.ecs->key(key.key_uuid).name == key.name);
    }
    SECTION("positions that were claimed stay so") {
        c.ecs->claim_alpha({key.key_uuid, 10});
        CHECK(refused([&] { c.ecs->register_key(key); }) == exists);
        CHECK(c.ecs->key(key.key_uuid).alpha_next == 10);
    }
    SECTION("Deltas stay") {
        c.ecs->upload(key.key_uuid, c.new_delta(1), some_container());
        CHECK(refused([&] { c.ecs->register_key(key); }) == exists);
        CHECK(c.ecs->deltas(key.key_uuid).size() == 1);
    }
}

TEMPLATE_LIST_TEST_CASE("an unknown key is unknown to every operation", "", ecs_places) {
    contract<TestType> c;
    const auto unknown = crypto::random_uuid();
    const auto delta = c.uploaded(1);
    CHECK(refused([&] { c.ecs->key(unknown); }) == key_unknown);
    CHECK(refused([&] { c.ecs->edit_key({.key_uuid = unknown, .name = "new", .omegasafe_version = {}}); }) ==
          key_unknown);
    CHECK(refused([&] { c.ecs->delete_key(unknown); }) == key_unknown);
    CHECK(refused([&] { c.ecs->deltas(unknown); }) == key_unknown);
    CHECK(refused([&] { c.ecs->claim_delta({unknown, delta, 1}); }) == key_unknown);
    CHECK(refused([&] { c.ecs->claim_alpha({unknown, 1}); }) == key_unknown);
    CHECK(refused([&] { c.ecs->upload(unknown, c.new_delta(1), some_container()); }) == key_unknown);
    CHECK(refused([&] { c.ecs->download(unknown, delta); }) == key_unknown);
    // A Delta is no key.
    CHECK(refused([&] { c.ecs->key(delta); }) == key_unknown);
    CHECK(refused([&] { c.ecs->delete_key(delta); }) == key_unknown);
    CHECK(c.ecs->deltas(c.key).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("an edit changes what is given", "", ecs_places) {
    contract<TestType> c;
    c.ecs->claim_alpha({c.key, 5});
    CHECK(!c.ecs->edit_key({.key_uuid = c.key, .name = "New name", .omegasafe_version = {}}).empty());
    CHECK(c.ecs->key(c.key).name == "New name");
    CHECK(c.ecs->key(c.key).omegasafe_version == "1.2.3");
    CHECK(!c.ecs->edit_key({.key_uuid = c.key, .name = {}, .omegasafe_version = "2.0"}).empty());
    const auto known = c.open()->key(c.key);
    CHECK(known.name == "New name");
    CHECK(known.omegasafe_version == "2.0");
    CHECK(known.alpha_capacity == c.capacity);
    CHECK(known.alpha_next == 5);
}

TEMPLATE_LIST_TEST_CASE("names are those that the client takes", "", ecs_places) {
    contract<TestType> c;
    auto rows = name_rows;
    rows.push_back({R"("quoted" \ <b>&amp; 100% + ' ;)", true});
    auto known = c.ecs->key(c.key);
    for (const auto& [name, accepted] : rows) {
        INFO('"' << name << '"');
        const auto verdict = accepted ? refusal{} : invalid;
        auto key = c.new_key();
        key.name = name;
        CHECK(refused([&] { c.ecs->register_key(key); }) == verdict);
        CHECK(refused([&] { c.ecs->key(key.key_uuid); }) == (accepted ? refusal{} : key_unknown));
        CHECK(refused([&] { c.ecs->edit_key({.key_uuid = c.key, .name = name, .omegasafe_version = {}}); }) == verdict);
        CHECK(refused([&] { c.ecs->edit_key({.key_uuid = c.key, .name = {}, .omegasafe_version = name}); }) == verdict);
        if (accepted) {
            CHECK(c.ecs->key(key.key_uuid).name == name);
            known.name = known.omegasafe_version = name;
        }
        CHECK(c.ecs->key(c.key).name == known.name);
        CHECK(c.ecs->key(c.key).omegasafe_version == known.omegasafe_version);
    }
}

TEMPLATE_LIST_TEST_CASE("a key has one position to the most that an iteration can have", "", ecs_places) {
    contract<TestType> c;
    for (const std::uint64_t capacity : {std::uint64_t{0}, wire::largest_capacity + 1, UINT64_MAX})
        CHECK(refused([&] { c.registered(capacity); }) == invalid);
    for (const std::uint64_t capacity : {std::uint64_t{1}, wire::largest_capacity})
        CHECK(c.ecs->key(c.registered(capacity)).alpha_capacity == capacity);
}

TEMPLATE_LIST_TEST_CASE("a deleted key is gone with its Deltas, and no other is", "", ecs_places) {
    contract<TestType> c;
    const auto delta = c.uploaded(1);
    const auto other = c.registered();
    c.ecs->upload(other, c.new_delta(1), some_container());
    c.ecs->delete_key(c.key);
    for (const auto& ecs : {c.open(), c.open()}) {
        CHECK(refused([&] { ecs->key(c.key); }) == key_unknown);
        CHECK(refused([&] { ecs->deltas(c.key); }) == key_unknown);
        CHECK(refused([&] { ecs->claim_delta({c.key, delta, 1}); }) == key_unknown);
        CHECK(refused([&] { ecs->claim_alpha({c.key, 1}); }) == key_unknown);
        CHECK(refused([&] { ecs->download(c.key, delta); }) == key_unknown);
        CHECK(refused([&] { ecs->delete_key(c.key); }) == key_unknown);
        CHECK(ecs->deltas(other).size() == 1);
    }
}

TEMPLATE_LIST_TEST_CASE("the UUID of a deleted key is never registered again", "", ecs_places) {
    contract<TestType> c;
    const refusal exists{errc::ecs_rejected, ecs::key_exists};
    for (const bool used : {false, true}) {
        const auto key = c.new_key();
        c.ecs->register_key(key);
        if (used)
            c.ecs->claim_alpha({key.key_uuid, 10});
        c.ecs->delete_key(key.key_uuid);
        for (const auto& ecs : {c.open(), c.open()}) {
            CHECK(refused([&] { ecs->register_key(key); }) == exists);
            CHECK(refused([&] { ecs->key(key.key_uuid); }) == key_unknown);
            CHECK(refused([&] { ecs->delete_key(key.key_uuid); }) == key_unknown);
        }
    }
    CHECK(c.ecs->key(c.key).alpha_next == 0);
}

TEMPLATE_LIST_TEST_CASE("an ECS out of reach is unavailable", "", ecs_places) {
    const auto ecs = ecs::open_ecs(TestType::away());
    const refusal unavailable{errc::ecs_unavailable};
    CHECK(refused([&] { ecs->register_key({crypto::random_uuid(), "A key", "1", 1}); }) == unavailable);
    CHECK(refused([&] { ecs->key(crypto::random_uuid()); }) == unavailable);
    CHECK(refused([&] { ecs->claim_alpha({crypto::random_uuid(), 1}); }) == unavailable);
}
