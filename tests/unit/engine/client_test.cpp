// The public API as a program uses it: one root, an SFC ECS, a key; files, buffers, stopping, several threads.
#include "messages/log.hpp"
#include "tests/unit/engine/opened.hpp"
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::test;

TEST_CASE_METHOD(opened, "a program encrypts and decrypts a file", "[library]") {
    std::string plain(3'000'000, 'x');
    plain += "end";
    test::write_text(in("plain"), plain);
    std::vector<progress> heard;
    const auto report = library.encrypt(encrypt_file{in("plain"), in("out/a.omegasafe"), key_uuid},
        {.listener = [&](const progress& now) { heard.push_back(now); }});
    CHECK(report.bytes == 3'000'003);
    REQUIRE_FALSE(heard.empty());
    CHECK(heard.back().total > 3'000'003);
    CHECK(heard.back().done <= heard.back().total);
    const auto back = library.decrypt(decrypt_file{in("out/a.omegasafe"), in("out"), "back"});
    CHECK(test::read_text(back.output) == test::read_text(in("plain")));
    CHECK(inspect(in("out/a.omegasafe")).encrypted_file->key_uuid == key_uuid);
}

TEST_CASE_METHOD(opened, "a program encrypts and decrypts a buffer", "[library]") {
    const std::string text = "some bytes in memory";
    const const_byte_span bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
    auto encrypted = library.encrypt(bytes, "note.txt", key_uuid);
    const auto back = library.decrypt(encrypted);
    CHECK(back.name == "note.txt");
    CHECK(back.content.text() == text);
    CHECK(library.encrypt(bytes, "note.txt", key_uuid) != encrypted);
    encrypted[encrypted.size() - 3] ^= 1;
    const auto altered = code_of([&] { library.decrypt(encrypted); });
    CHECK((altered == errc::integrity_failed || altered == errc::container_damaged));
    CHECK(code_of([&] { library.encrypt(bytes, "../note.txt", key_uuid); }) == errc::usage);
    CHECK(code_of([&] { library.decrypt(bytes); }) == errc::container_damaged);
}

TEST_CASE_METHOD(opened, "a call that is stopped ends with aborted and leaves nothing", "[library]") {
    test::write_text(in("plain"), "");
    fs::resize_file(in("plain"), 200'000'000); // still at work when the listener has thrown
    const auto stopped_by = [&](const watch& watch) {
        return code_of([&] { library.encrypt(encrypt_file{in("plain"), in("out/a.omegasafe"), key_uuid}, watch); });
    };
    SECTION("by a token") {
        std::stop_source source;
        source.request_stop();
        CHECK(stopped_by({.stop = source.get_token()}) == errc::aborted);
    }
    SECTION("by a listener that throws") {
        CHECK(stopped_by({.listener = [](const progress&) { throw 1; }}) == errc::aborted);
    }
    SECTION("a tree") {
        fs::create_directory(in("tree"));
        test::write_text(in("tree/one"), "1");
        std::stop_source source;
        source.request_stop();
        CHECK(code_of([&] {
            library.encrypt(encrypt_tree{in("tree"), in("sealed"), key_uuid, {}}, {.stop = source.get_token()});
        }) == errc::aborted);
        const auto report = library.encrypt(encrypt_tree{in("tree"), in("sealed"), key_uuid, {}, 0, true});
        CHECK(report->items.size() == 1);
        CHECK(report->items.front().status == tree_status::done);
    }
    CHECK(names_in(in("out")).empty());
}

TEST_CASE_METHOD(opened, "calls come from several threads at once", "[library]") {
    std::atomic<int> good = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            const std::string text = "thread " + std::to_string(i);
            const const_byte_span bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
            for (int n = 0; n < 5; ++n)
                good += library.decrypt(library.encrypt(bytes, "t", key_uuid)).content.text() == text;
        });
    threads.clear();
    CHECK(good == 20);
}

TEST_CASE_METHOD(opened, "a program asks what there is, and erases it", "[library]") {
    CHECK(library.list_keys().size() == 1);
    CHECK(library.view_key(key_uuid).deltas.size() == 1);
    CHECK(library.find_ecs().name == "local");
    CHECK(library.set_config({{"OFFLINE_MODE", "yes"}}).front().second == "TRUE");
    CHECK(code_of([&] { library.view_key(uuid{}); }) == errc::alpha_missing);
    const auto deletion = library.delete_key(key_uuid);
    CHECK((!deletion.ecs && !deletion.cache && !deletion.local));
    CHECK(library.list_keys().empty());
    const auto erased = erase_config(list_config_files(in("config")));
    CHECK(erased.problems.empty());
    CHECK_FALSE(fs::exists(in("config")));
}

TEST_CASE_METHOD(opened, "a name for the output cannot leave its folder", "[library]") {
    test::write_text(in("plain"), "text");
    library.encrypt(encrypt_file{in("plain"), in("a.omegasafe"), key_uuid});
    for (const auto* name : {"../escaped", "a/b", ".."})
        CHECK(code_of([&] { library.decrypt(decrypt_file{in("a.omegasafe"), in("out"), name}); }) == errc::usage);
    CHECK_FALSE(fs::exists(in("escaped")));
    CHECK(names_in(in("out")).empty());
}

TEST_CASE("a configuration is made whole or not at all", "[library]") {
    const test::temp_dir dir;
    const auto root = dir.path() / "root";
    fs::create_directory(root);
    new_config wanted{.root = root, .password = make_secret(the_password)};
    SECTION("without a password") {
        wanted.password = nullptr;
        CHECK(code_of([&] { create_config(wanted); }) == errc::usage);
        CHECK(names_in(root).empty());
    }
    SECTION("with a layer password that breaks its rule") {
        wanted.layer_password = make_secret("short");
        CHECK(code_of([&] { create_config(wanted); }) == errc::usage);
        CHECK(names_in(root).empty());
    }
    SECTION("beside one of its files") {
        test::write_text(root / "config.ini", "mine");
        CHECK(code_of([&] { create_config(wanted); }) == errc::config_exists);
        CHECK(names_in(root) == std::vector<std::string>{"config.ini"});
    }
}

TEST_CASE("a sentence of the log is one line", "[library]") {
    std::string heard;
    set_log_listener([&](log_level, std::string_view sentence) { heard = sentence; });
    log::warn("A name with {} in it", "\n\x1B[31m");
    set_log_listener({});
    CHECK(heard == "A name with   [31m in it");
}

TEST_CASE("a root that is none and a wrong password are failures with their codes", "[library]") {
    const test::temp_dir dir;
    CHECK(code_of([&] { client{{.config_dir = dir.path()}}; }) == errc::config_missing);
    auto options = opened::made(dir.path());
    options.password = [] { return secure_bytes{std::string_view{"another"}}; };
    client library{options};
    CHECK(code_of([&] { library.list_keys(); }) == errc::password_wrong);
}
