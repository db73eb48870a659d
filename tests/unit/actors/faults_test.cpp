// A failure is an answer; a crash is an answer too, and the supervisor starts the actor anew.
#include "actors/cipher_pool.hpp"
#include "actors/file_job.hpp"
#include "actors/make_actor.hpp"
#include "actors/runtime.hpp"
#include "crypto/cipher.hpp"
#include "messages/log.hpp"
#include "storage/container/sfc.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>

using namespace omegasafe;

namespace {

/// config that crashes or fails on purpose.
config_actor::behavior_type broken_config(config_actor::pointer self, std::string how) {
    self->set_exception_handler(actors::crash_error);
    const auto fail = [how]() -> settings_ptr {
        if (how == "crash")
            throw std::runtime_error("broken on purpose");
        throw failure(errc::config_invalid, "A sentence.", "a detail");
    };
    return {
        actors::handle([fail](get_settings) { return fail(); }),
        actors::handle([](get_container_password) -> password_ptr { return nullptr; }),
        actors::handle([](get_layer_password) -> password_ptr { return nullptr; }),
        actors::handle([](const create_root&) {}),
        actors::handle([](const set_config&) {}),
        actors::handle([](get_status) { return actor_status{}; }),
    };
}

template <class F>
failure failure_of(F action) {
    try {
        action();
    } catch (const failure& problem) {
        return problem;
    }
    FAIL("no failure was thrown");
    return {errc::none, ""};
}

} // namespace

TEST_CASE("a thrown failure travels whole and the actor lives on") {
    actors::runtime runtime{"/nonexistent", 1};
    caf::scoped_actor self{runtime.system()};
    const auto config = runtime.system().spawn(broken_config, std::string{"fail"});
    for (int i = 0; i < 2; ++i) {
        const auto problem = failure_of([&] { actors::ask<settings_ptr>(self, config, get_settings{}); });
        CHECK(problem.code() == errc::config_invalid);
        CHECK(std::string{problem.what()} == "A sentence.");
        CHECK(problem.detail() == "a detail");
    }
    self->send_exit(config, caf::exit_reason::user_shutdown);
}

TEST_CASE("a crash is an internal error for who asked, and for who asks later") {
    actors::runtime runtime{"/nonexistent", 1};
    caf::scoped_actor self{runtime.system()};
    const auto config = runtime.system().spawn(broken_config, std::string{"crash"});
    const auto problem = failure_of([&] { actors::ask<settings_ptr>(self, config, get_settings{}); });
    CHECK(problem.code() == errc::internal);
    CHECK(std::string{problem.what()}.find("broken on purpose") != std::string::npos);
    CHECK(failure_of([&] { actors::ask<settings_ptr>(self, config, get_settings{}); }).code() == errc::internal);
}

TEST_CASE("the text of a crash is logged, though nobody waited for an answer") {
    static std::atomic<int> heard = 0;
    set_log_listener([](log_level level, std::string_view sentence) {
        if (level == log_level::warning && sentence.find("broken on purpose") != std::string_view::npos)
            ++heard;
    });
    {
        actors::runtime runtime{"/nonexistent", 1};
        caf::scoped_actor self{runtime.system()};
        const auto config = runtime.system().spawn(broken_config, std::string{"crash"});
        caf::anon_send(config, get_settings{});
        self->wait_for(config);
    }
    set_log_listener({});
    CHECK(heard == 1);
}

TEST_CASE("the supervisor replaces an actor that died") {
    actors::runtime runtime{"/nonexistent", 1};
    caf::scoped_actor self{runtime.system()};
    const auto before = runtime.actors();
    self->send_exit(before.claimant, caf::exit_reason::kill);
    self->send_exit(before.cipher_pool, caf::exit_reason::kill);
    self->wait_for(before.claimant, before.cipher_pool);
    auto after = runtime.actors();
    for (int i = 0; i < 1000 && (after.claimant == before.claimant || after.cipher_pool == before.cipher_pool); ++i)
        after = runtime.actors(); // the news may still be under way
    CHECK(after.claimant != before.claimant);
    CHECK(after.cipher_pool != before.cipher_pool);
    CHECK(after.config == before.config);
    CHECK(failure_of([&] { actors::ask<claimed_range>(self, after.claimant, claim_request{}); }).code() ==
          errc::config_missing);
}

TEST_CASE("the pool refuses an altered chunk and goes on") {
    actors::runtime runtime{"/nonexistent", 2};
    caf::scoped_actor self{runtime.system()};
    const auto pool = runtime.actors().cipher_pool;
    const auto maps = actors::ask<key_material_ptr>(
        self, pool, generate_maps{std::make_shared<const crypto::key_geometry>(crypto::small_preset), 0});
    CHECK(crypto::all_permutations(maps->bytes()));
    const auto cipher = std::make_shared<const crypto::cipher>(maps);
    const auto codec =
        std::make_shared<const storage::segment_codec>(crypto::secure_bytes{}, std::vector<std::uint8_t>{});

    const auto data = std::make_shared<chunk>();
    data->ends_entry = true;
    data->position_in_delta = 12'345;
    data->plain_size = 100'000;
    data->plain.resize(data->plain_size);
    const auto fill = [&](std::uint8_t byte) { std::fill_n(data->plain.data(), data->plain_size, byte); };
    fill(7);
    data->stored_size = storage::segment_codec::stored_length(data->plain_size);
    data->stored.resize(data->stored_size);
    actors::ask<chunk_ptr>(self, pool, cipher_chunk{crypto::direction::encrypt, cipher, codec, data});

    fill(0);
    actors::ask<chunk_ptr>(self, pool, cipher_chunk{crypto::direction::decrypt, cipher, codec, data});
    CHECK(std::all_of(
        data->plain.data(), data->plain.data() + data->plain_size, [](std::uint8_t byte) { return byte == 7; }));

    data->stored[70'000] ^= 1;
    for (int i = 0; i < 4; ++i)
        CHECK(failure_of([&] {
            actors::ask<chunk_ptr>(self, pool, cipher_chunk{crypto::direction::decrypt, cipher, codec, data});
        }).code() == errc::container_damaged);
    data->stored[70'000] ^= 1;
    actors::ask<chunk_ptr>(self, pool, cipher_chunk{crypto::direction::decrypt, cipher, codec, data});
}

TEST_CASE("a pool that dies while it draws maps answers with an error") {
    for (int i = 0; i < 10; ++i) {
        actors::runtime runtime{"/nonexistent", 2};
        caf::scoped_actor self{runtime.system()};
        const auto pool = runtime.actors().cipher_pool;
        auto maps = self->request(
            pool, caf::infinite, generate_maps{std::make_shared<const crypto::key_geometry>(crypto::big_preset), 0});
        self->send_exit(pool, caf::exit_reason::kill);
        maps.receive([](key_material_ptr&) {}, // a fast machine may be done
            [](caf::error& problem) { CHECK(actors::to_failure(problem).code() == errc::internal); });
    }
}

TEST_CASE("a file_job that fails answers and ends") {
    test::temp_dir folder;
    actors::runtime runtime{folder.path(), 1};
    caf::scoped_actor self{runtime.system()};
    const auto job = actors::spawn_file_job(runtime.system(), runtime.supervisor(), {});
    CHECK(failure_of([&] {
        actors::ask<file_report>(self, job, encrypt_file{folder / "missing", folder / "out", {}, false});
    }).code() == errc::input_unreadable);
    self->wait_for(job);
}
