// The contract of every ECS: its keys.
#include "tests/contract/ecs_contract.hpp"

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

TEMPLATE_LIST_TEST_CASE("names are taken up to their limits", "", ecs_places) {
    contract<TestType> c;
    for (const auto& name : {std::string{"k"}, std::string(255, 'n'), std::string{"Schl\u00fcssel \U0001F511"},
             std::string{R"("quoted" \ <b>&amp; 100% + ' ;)"}}) {
        auto key = c.new_key();
        key.name = name;
        c.ecs->register_key(key);
        CHECK(c.ecs->key(key.key_uuid).name == name);
        c.ecs->edit_key({.key_uuid = c.key, .name = name, .omegasafe_version = {}});
        CHECK(c.ecs->key(c.key).name == name);
    }
    const auto before = c.ecs->key(c.key);
    for (const auto& name : {std::string{}, std::string(256, 'n'), std::string{"two\nlines"}, std::string{"\x7f"},
             std::string{"zero\0"
                         "byte",
                 9}}) {
        auto key = c.new_key();
        key.name = name;
        CHECK(refused([&] { c.ecs->register_key(key); }) == invalid);
        CHECK(refused([&] { c.ecs->key(key.key_uuid); }) == key_unknown);
        CHECK(refused([&] { c.ecs->edit_key({.key_uuid = c.key, .name = name, .omegasafe_version = {}}); }) == invalid);
        CHECK(refused([&] { c.ecs->edit_key({.key_uuid = c.key, .name = {}, .omegasafe_version = name}); }) == invalid);
    }
    CHECK(c.ecs->key(c.key).name == before.name);
    CHECK(c.ecs->key(c.key).omegasafe_version == before.omegasafe_version);
}

TEMPLATE_LIST_TEST_CASE("a key without positions is refused", "", ecs_places) {
    contract<TestType> c;
    CHECK(refused([&] { c.ecs->register_key(c.new_key(0)); }) == invalid);
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

TEMPLATE_LIST_TEST_CASE("an ECS out of reach is unavailable", "", ecs_places) {
    const auto ecs = ecs::open_ecs(TestType::away());
    const refusal unavailable{errc::ecs_unavailable};
    CHECK(refused([&] { ecs->register_key({crypto::random_uuid(), "A key", "1", 1}); }) == unavailable);
    CHECK(refused([&] { ecs->key(crypto::random_uuid()); }) == unavailable);
    CHECK(refused([&] { ecs->claim_alpha({crypto::random_uuid(), 1}); }) == unavailable);
}
