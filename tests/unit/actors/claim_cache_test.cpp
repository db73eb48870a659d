// What claim_cache refuses to change, and claims it does not believe in.
#include "actors/runtime.hpp"
#include "crypto/kdf.hpp"
#include "storage/container/container_file.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/place_record.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <omegasafe/log.hpp>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

struct cache_fixture {
    temp_dir folder;
    std::string password{crypto::generate_password().text()};
    scoped_variable variable{"OMEGASAFE_CONFIG_PASSWORD", password};
    actors::runtime runtime{folder.path(), 1};
    std::filesystem::path path = folder / "local_cache.sfc";
    create_cache_entry ours{crypto::random_uuid(), crypto::random_uuid(), 1, crypto::random_uuid()};

    cache_fixture() {
        actors::ask<void>(runtime.system(), runtime.actors().config,
            create_root{std::make_shared<const crypto::secure_bytes>(password), true, false, nullptr});
        ask<void>(ours);
        ask<position_range>(accept_range{ours.iteration_uuid, {100, 199}, 100, 0, 40});
    }

    template <class Answer, class Request>
    Answer ask(Request request) {
        return actors::ask<Answer>(runtime.system(), runtime.actors().claim_cache, std::move(request));
    }
    template <class Answer, class Request>
    errc code_asking(Request request) {
        try {
            ask<Answer>(std::move(request));
        } catch (const failure& problem) {
            return problem.code();
        }
        return errc::none;
    }

    /// Adds an entry of another key, as a later version would write it.
    void add_later_entry() {
        const create_cache_entry other{crypto::random_uuid(), crypto::random_uuid(), 1, ours.ecs_uuid};
        auto fields = nlohmann::json::from_cbor(
            storage::encode({other.key_uuid, other.iteration_uuid, other.seq_number, other.ecs_uuid, 0, {}}));
        fields["format"] = 2;
        storage::update_container(
            path, std::make_shared<storage::sfc_password>(password), [&](const storage::sfc_reader&) {
                storage::container_changes changes;
                changes.put.push_back({other.iteration_uuid, nlohmann::json::to_cbor(fields), crypto::secure_bytes{}});
                return changes;
            });
    }
};

/// Has an earlier copy of the cache brought back.
struct brought_back : cache_fixture {
    std::vector<std::string> warnings;
    storage::cache_entry at_copy;

    brought_back() {
        at_copy = entry();
        std::filesystem::copy_file(path, folder / "copy.sfc");
        take(10);
        set_log_listener(
            [this](log_level, std::string_view sentence) { warnings.emplace_back(sentence); }, log_level::warning);
    }
    ~brought_back() { set_log_listener({}); }

    storage::cache_entry entry() { return ask<cache_entries_ptr>(list_cache_entries{ours.key_uuid})->front(); }
    std::optional<position_range> take(std::uint64_t size) {
        return ask<std::optional<position_range>>(sub_claim{ours.iteration_uuid, cache_reason::performance, size});
    }
    /// False where nothing tells a copy from the original.
    bool bring_back() {
        std::filesystem::rename(folder / "copy.sfc", path);
        const storage::file_source file(path);
        return storage::place_of(file.descriptor()).inode != 0;
    }
};

} // namespace

TEST_CASE_METHOD(brought_back, "claims of a local cache that was brought back are neither shown nor given out") {
    REQUIRE(entry().claims.size() == 1);
    if (!bring_back())
        return;
    CHECK(entry().claims.empty());
    CHECK(entry().floor == at_copy.floor);
    CHECK(warnings.empty());
    CHECK(!take(1));
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings.front(), Catch::Contains(path.string()) && Catch::Contains("is not where it was written"));
    // What comes now was never given out, and stays.
    CHECK(ask<position_range>(accept_range{ours.iteration_uuid, {200, 299}, 100, 0, 40}) == position_range{200, 239});
    CHECK(take(60) == position_range{240, 299});
    CHECK(warnings.size() == 1);
}

TEST_CASE_METHOD(brought_back, "any change of a local cache that was brought back drops its claims for good") {
    if (!bring_back())
        return;
    SECTION("a new entry") {
        ask<void>(create_cache_entry{ours.key_uuid, crypto::random_uuid(), 2, ours.ecs_uuid});
    }
    SECTION("a new range") {
        ask<position_range>(accept_range{ours.iteration_uuid, {200, 299}, 0, 0, 100});
    }
    CHECK(warnings.size() == 1);
    CHECK(entry().claims.empty());
    CHECK(!take(1));
}

TEST_CASE_METHOD(brought_back, "a range below the floor of a local cache that was brought back is refused") {
    if (!bring_back())
        return;
    CHECK(code_asking<position_range>(accept_range{ours.iteration_uuid, {199, 298}, 0, 0, 100}) == errc::unsafe_claim);
}

TEST_CASE_METHOD(brought_back, "a local cache that was moved keeps its claims") {
    std::filesystem::rename(path, folder / "away.sfc");
    std::filesystem::rename(folder / "away.sfc", path);
    CHECK(take(10) == position_range{150, 159});
    CHECK(warnings.empty());
}

TEST_CASE_METHOD(cache_fixture, "damage of the local cache is not answered with the advice to use a copy") {
    const auto sentence_of = [&] {
        try {
            ask<cache_entries_ptr>(list_cache_entries{ours.key_uuid});
        } catch (const failure& problem) {
            CHECK(problem.code() == errc::container_damaged);
            return std::string{problem.what()};
        }
        return std::string{};
    };
    const auto whole = read_text(path);
    for (const auto size : {std::size_t{0}, std::size_t{100}, whole.size() - 1}) {
        write_text(path, whole.substr(0, size));
        const auto sentence = sentence_of();
        CHECK_THAT(sentence, Catch::Contains(path.string()) &&
                                 Catch::Contains("Do not put an older version in its place") &&
                                 Catch::Contains("import-key"));
        CHECK_THAT(sentence, !Catch::Contains("restore it from a copy"));
    }
}

TEST_CASE_METHOD(
    cache_fixture, "a local cache with an entry of a later format is not changed, whatever entry is meant") {
    add_later_entry();
    const auto before = storage::read_file(path, 1 << 20);
    const auto refused = errc::container_newer;
    CHECK(code_asking<std::optional<position_range>>(sub_claim{ours.iteration_uuid, cache_reason::performance, 10}) ==
          refused);
    CHECK(code_asking<position_range>(accept_range{ours.iteration_uuid, {200, 299}, 100, 0, 40}) == refused);
    CHECK(code_asking<void>(create_cache_entry{ours.key_uuid, crypto::random_uuid(), 2, ours.ecs_uuid}) == refused);
    CHECK(code_asking<void>(remove_key{ours.key_uuid}) == refused);
    CHECK(storage::read_file(path, 1 << 20) == before);
}
