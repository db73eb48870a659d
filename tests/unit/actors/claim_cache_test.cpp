// What claim_cache refuses to change.
#include "actors/runtime.hpp"
#include "crypto/kdf.hpp"
#include "storage/container/container_file.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/records/cache_entry.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

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

} // namespace

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
