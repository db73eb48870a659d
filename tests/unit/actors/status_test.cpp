// What long-lived actors say of themselves: their name and what they counted; a busy one only that it is, one that
// fails why; no secrets.
#include "actors/runtime.hpp"
#include "crypto/cipher.hpp"
#include "crypto/kdf.hpp"
#include "storage/records/cache_entry.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <map>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

using values = std::map<std::string, std::string>;

struct status_fixture {
    temp_dir folder;
    std::string password{crypto::generate_password().text()};
    scoped_variable variable{"OMEGASAFE_CONFIG_PASSWORD", password};
    actors::runtime runtime{folder.path(), 2};

    std::map<std::string, values> statuses() {
        std::map<std::string, values> all;
        for (const auto& status : runtime.status())
            all[status.name] = {status.values.begin(), status.values.end()};
        return all;
    }
    template <class Answer, class Handle, class Request>
    Answer ask(const Handle& whom, Request request) {
        return actors::ask<Answer>(runtime.system(), whom, std::move(request));
    }
    void make_root() {
        ask<void>(runtime.actors().config,
            create_root{std::make_shared<const crypto::secure_bytes>(password), true, false, nullptr});
    }
};

/// A connection to an ECS that answers nothing but its status, with a failure.
ecs_connection_actor::behavior_type broken_connection(ecs_connection_actor::pointer, std::string sentence) {
    const auto fail = [sentence] { return actors::to_error({errc::io_failed, sentence}); };
    return {
        [=](const register_key&) -> caf::result<void> { return fail(); },
        [=](const get_ecs_key&) -> caf::result<ecs_key> { return fail(); },
        [=](const edit_ecs_key&) -> caf::result<ecs_outcome> { return fail(); },
        [=](const delete_ecs_key&) -> caf::result<void> { return fail(); },
        [=](const list_deltas&) -> caf::result<std::vector<ecs_delta>> { return fail(); },
        [=](const claim_delta_positions&) -> caf::result<position_range> { return fail(); },
        [=](const claim_alpha_positions&) -> caf::result<position_range> { return fail(); },
        [=](const upload_delta&) -> caf::result<void> { return fail(); },
        [=](const download_delta&) -> caf::result<blob_ptr> { return fail(); },
        [=](get_status) -> caf::result<actor_status> { return fail(); },
    };
}

} // namespace

TEST_CASE("an actor that fails to say its status is shown with its failure, not as busy") {
    temp_dir folder;
    const std::string password{crypto::generate_password().text()};
    const scoped_variable variable{"OMEGASAFE_CONFIG_PASSWORD", password};
    const auto broken = [](caf::actor_system& system, const ecs_entry&) -> ecs_connection_actor {
        return system.spawn(broken_connection, std::string{"It is broken."});
    };
    actors::runtime runtime{folder.path(), 1, broken};
    caf::scoped_actor self{runtime.system()};
    const auto now = runtime.actors();
    actors::ask<void>(
        self, now.config, create_root{std::make_shared<const crypto::secure_bytes>(password), true, false, nullptr});
    const auto ecs = actors::ask<ecs_entry>(self, now.ecs_directory, create_sfc_ecs{"ecs", folder / "e.sfc"});
    actors::ask<ecs_connection_actor>(self, now.ecs_directory, connect_ecs{ecs.ecs_uuid});
    const auto all = runtime.status();
    const auto found = std::ranges::find(all, "ecs_connection", &actor_status::name);
    REQUIRE(found != all.end());
    CHECK(found->values == decltype(found->values){{"state", "It is broken."}});
}

TEST_CASE_METHOD(status_fixture, "every long-lived actor answers for its status before anything was asked of it") {
    const auto all = statuses();
    for (const auto* name : {"supervisor", "config", "key_store", "claim_cache", "ecs_directory", "cipher_pool",
             "delta_sync", "claimant"}) {
        INFO(name);
        REQUIRE(all.contains(name));
        CHECK(!all.at(name).contains("state"));
        CHECK(!all.at(name).empty());
    }
    CHECK(all.at("config").at("settings") == "not read");
    CHECK(all.at("config").at("root") == folder.path().string());
    CHECK(all.at("key_store").at("container").empty()); // nobody opened it
    CHECK(all.at("cipher_pool").at("workers") == "2");
    CHECK(all.at("supervisor").at("actors started anew") == "0");
}

TEST_CASE_METHOD(status_fixture, "a status counts what was done, and holds no secrets") {
    make_root();
    const auto now = runtime.actors();
    ask<key_material_ptr>(
        now.cipher_pool, generate_maps{std::make_shared<const crypto::key_geometry>(crypto::small_preset), 0});
    const create_cache_entry entry{crypto::random_uuid(), crypto::random_uuid(), 1, crypto::random_uuid()};
    ask<void>(now.claim_cache, entry);
    ask<position_range>(now.claim_cache, accept_range{entry.iteration_uuid, {100, 199}, 100, 0, 40});
    ask<std::optional<position_range>>(now.claim_cache, sub_claim{entry.iteration_uuid, cache_reason::performance, 50});
    ask<std::optional<position_range>>(now.claim_cache, sub_claim{entry.iteration_uuid, cache_reason::performance, 50});
    ask<iterations_ptr>(now.key_store, list_key_ends{});
    const auto ecs = ask<ecs_entry>(now.ecs_directory, create_sfc_ecs{"archive", folder / "archive.sfc"});
    ask<ecs_connection_actor>(now.ecs_directory, connect_ecs{ecs.ecs_uuid});

    const auto all = statuses();
    CHECK(all.at("config").at("settings") == "read");
    CHECK(all.at("config").at("container password") == "known");
    CHECK(all.at("cipher_pool").at("blocks of maps") == "1");
    CHECK(all.at("claim_cache").at("ranges taken in") == "1");
    CHECK(all.at("claim_cache").at("claims from here") == "1");
    CHECK(all.at("claim_cache").at("claims not here") == "1");
    CHECK(all.at("key_store").at("container") == (folder / "omegasafe_keys.sfc").string());
    CHECK(all.at("ecs_directory").at("connections") == "1");
    CHECK(all.at("ecs_connection").at("ECS") == "archive");
    CHECK(all.at("ecs_connection").at("claims") == "0");
    for (const auto& [name, said] : all)
        for (const auto& [label, value] : said)
            CHECK(value.find(password) == std::string::npos);
}

TEST_CASE_METHOD(status_fixture, "the supervisor counts whom it started anew") {
    const auto pool = runtime.actors().cipher_pool;
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    for (int i = 0; i < 1000 && runtime.actors().cipher_pool == pool; ++i) {
    } // the news may still be under way
    CHECK(statuses().at("supervisor").at("actors started anew") == "1");
}

TEST_CASE("an actor that is busy says so, and keeps nobody waiting") {
    temp_dir folder;
    const std::string password{crypto::generate_password().text()};
    const scoped_variable variable{"OMEGASAFE_CONFIG_PASSWORD", password};
    std::promise<void> reached, release;
    // The directory's own thread stands still in here, and whoever asks it waits.
    const auto stuck = [&](caf::actor_system& system, const ecs_entry& entry) {
        reached.set_value();
        release.get_future().wait();
        return actors::connect_to(system, entry);
    };
    actors::runtime runtime{folder.path(), 1, stuck};
    const auto now = runtime.actors();
    const auto ask = [&]<class Answer>(Answer*, const auto& whom, auto request) {
        return actors::ask<Answer>(runtime.system(), whom, std::move(request));
    };
    ask(static_cast<void*>(nullptr), now.config,
        create_root{std::make_shared<const crypto::secure_bytes>(password), true, false, nullptr});
    const auto ecs = ask(static_cast<ecs_entry*>(nullptr), now.ecs_directory, create_sfc_ecs{"ecs", folder / "e.sfc"});
    const auto key = crypto::random_uuid();
    ask(static_cast<void*>(nullptr), now.claim_cache, create_cache_entry{key, crypto::random_uuid(), 0, ecs.ecs_uuid});

    caf::scoped_actor self{runtime.system()};
    auto connection = self->request(now.ecs_directory, caf::infinite, connect_ecs{ecs.ecs_uuid});
    reached.get_future().wait();
    for (const auto& status : runtime.status()) {
        const auto busy = std::pair<std::string, std::string>{"state", "busy"};
        const bool says_busy = std::ranges::find(status.values, busy) != status.values.end();
        CHECK(says_busy == (status.name == "ecs_directory"));
    }
    release.set_value();
    connection.receive([](const ecs_connection_actor&) {}, [](const caf::error&) { FAIL("no connection"); });
}
