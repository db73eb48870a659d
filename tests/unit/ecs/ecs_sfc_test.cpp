// The file of an SFC ECS: made, known again, moved, damaged. What it does as an ECS is in tests/contract.
#include "ecs/ecs_sfc.hpp"
#include "tests/support/temp_dir.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::ecs;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

template <class F>
errc code_of(F call) {
    try {
        call();
        return errc::none;
    } catch (const failure& problem) {
        return problem.code();
    }
}

struct a_file {
    temp_dir folder{};
    fs::path path = folder / "ecs.sfc";
    uuid ecs_uuid = crypto::random_uuid();
    uuid key_uuid = crypto::random_uuid();

    a_file() { ecs_sfc::create(path, ecs_uuid); }
    void use() const { ecs_sfc{path}.register_key({key_uuid, "A key", "1", 100}); }
    /// Where the file is, with all that is in it.
    bool is_at(const fs::path& place) const {
        return ecs_sfc::is_ecs(place, ecs_uuid) && ecs_sfc{place}.key(key_uuid).alpha_capacity == 100;
    }
};

} // namespace

TEST_CASE("an SFC ECS is made where nothing is") {
    const a_file made;
    made.use();
    CHECK(code_of([&] { ecs_sfc::create(made.path, crypto::random_uuid()); }) == errc::ecs_exists);
    write_text(made.folder / "other", "text");
    CHECK(code_of([&] { ecs_sfc::create(made.folder / "other", crypto::random_uuid()); }) == errc::ecs_exists);
    CHECK(read_text(made.folder / "other") == "text");
    CHECK(made.is_at(made.path));
    CHECK(code_of([&] { ecs_sfc::create(made.folder / "no" / "folder", made.ecs_uuid); }) == errc::output_refused);
}

TEST_CASE("an ECS file is known by its UUID, and as unused until it has a key") {
    const a_file made;
    write_text(made.folder / "text", "no container");
    CHECK(ecs_sfc::is_ecs(made.path, made.ecs_uuid));
    CHECK(ecs_sfc::unused_ecs(made.path) == made.ecs_uuid);
    made.use();
    CHECK(ecs_sfc::is_ecs(made.path, made.ecs_uuid));
    CHECK(!ecs_sfc::unused_ecs(made.path));
    CHECK(!ecs_sfc::is_ecs(made.path, crypto::random_uuid()));
    CHECK(!ecs_sfc::is_ecs(made.path, made.key_uuid));
    for (const auto* other : {"text", "missing"}) {
        CHECK(!ecs_sfc::is_ecs(made.folder / other, made.ecs_uuid));
        CHECK(!ecs_sfc::unused_ecs(made.folder / other));
    }
}

TEST_CASE("an ECS file moves whole or not at all") {
    const a_file made;
    made.use();
    const auto target = made.folder / "moved.sfc";
    SECTION("to a free place") {
        ecs_sfc::move(made.path, target, made.ecs_uuid);
        CHECK(made.is_at(target));
        CHECK(!fs::exists(made.path));
        ecs_sfc::move(made.path, target, made.ecs_uuid); // as a move that was interrupted is repeated
        CHECK(made.is_at(target));
    }
    SECTION("not over something else") {
        write_text(target, "text");
        CHECK(code_of([&] { ecs_sfc::move(made.path, target, made.ecs_uuid); }) == errc::output_refused);
        CHECK(read_text(target) == "text");
        CHECK(made.is_at(made.path));
    }
    SECTION("not another ECS") {
        CHECK(code_of([&] { ecs_sfc::move(made.path, target, crypto::random_uuid()); }) == errc::ecs_unavailable);
        CHECK(code_of([&] { ecs_sfc::move(made.folder / "none", target, made.ecs_uuid); }) == errc::ecs_unavailable);
        CHECK(!fs::exists(target));
        CHECK(made.is_at(made.path));
    }
}

TEST_CASE("an SFC ECS has no storage to choose for its Deltas") {
    const a_file made;
    made.use();
    ecs_sfc ecs{made.path};
    CHECK(code_of([&] {
        ecs.edit_key({.key_uuid = made.key_uuid,
            .name = "New name",
            .omegasafe_version = {},
            .storage_uuid = crypto::random_uuid()});
    }) == errc::ecs_type_mismatch);
    CHECK(ecs.key(made.key_uuid).name == "A key");
}

TEST_CASE("a damaged ECS file is told from one that is away") {
    const a_file made;
    made.use();
    ecs_sfc ecs{made.path};
    CHECK(ecs.key(made.key_uuid).name == "A key");
    write_text(made.path, "no container any more");
    CHECK(code_of([&] { ecs.key(made.key_uuid); }) == errc::container_damaged);
    CHECK(code_of([&] { ecs.claim_alpha({made.key_uuid, 1}); }) == errc::container_damaged);
    CHECK(read_text(made.path) == "no container any more");
    fs::remove(made.path);
    CHECK(code_of([&] { ecs.key(made.key_uuid); }) == errc::ecs_unavailable);
    CHECK(code_of([&] { ecs.claim_alpha({made.key_uuid, 1}); }) == errc::ecs_unavailable);
    CHECK(!fs::exists(made.path));
}
