// An HTTP ECS in the directory: verified before it is stored, edited only when it works, its account and connection.
#include "actors/runtime.hpp"
#include "crypto/kdf.hpp"
#include "ecs/ecs_entry_file.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/scripted_server.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

using namespace omegasafe;
using namespace omegasafe::test;
using nlohmann::json;

namespace {

const std::string id = "11111111-2222-4333-8444-555555555555";

json login_turn() {
    return json_turn({{"user", {{"user_uuid", id}, {"email", "a@example.com"}, {"name", "A"}}}, {"api_key_uuid", id},
        {"server_version", "0.1.0"}, {"server_name", "test server"}});
}

secret_ptr secret(std::string_view text) {
    return std::make_shared<const crypto::secure_bytes>(text);
}

struct one_root {
    temp_dir folder;
    scoped_variable password{"OMEGASAFE_CONFIG_PASSWORD", std::string{crypto::generate_password().text()}};
    scripted_server server;
    actors::runtime runtime;

    one_root() : runtime(folder.path(), 1) {
        const auto given = secret(std::getenv("OMEGASAFE_CONFIG_PASSWORD"));
        ask<void>(runtime.actors().config, create_root{given, true, false, nullptr});
    }
    template <class Answer, class Handle, class Request>
    Answer ask(const Handle& whom, Request request) {
        return actors::ask<Answer>(runtime.system(), whom, std::move(request));
    }
    ecs_directory_actor directory() { return runtime.actors().ecs_directory; }
    std::vector<ecs_entry> entries() { return ask<std::vector<ecs_entry>>(directory(), list_ecs{}); }
    ecs_entry create(const std::string& name, const std::string& url) {
        return ask<ecs_entry>(directory(), create_http_ecs{name, url, secret("the-key"), true});
    }
    template <class F>
    errc code_of(F call) {
        try {
            call();
            return errc::none;
        } catch (const failure& problem) {
            INFO(problem.what());
            CHECK(std::string{problem.what()}.find("the-key") == std::string::npos);
            return problem.code();
        }
    }
};

} // namespace

TEST_CASE("an HTTP ECS is stored after its server took the API key") {
    one_root here;
    here.server.plays({error_turn(401, "unauthenticated"), login_turn()});
    const auto url = here.server.address();
    CHECK(here.code_of([&] { here.create("one", url); }) == errc::ecs_authentication);
    CHECK(here.entries().empty());
    const auto made = here.create("one", "LOCALHOST" + url.substr(url.find(':')) + "/");
    CHECK(made.url == url);
    const auto stored = here.entries();
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].type == ecs_type::http);
    CHECK(stored[0].url == url);
    CHECK(stored[0].api_key->text() == "the-key");
    CHECK(stored[0].development_mode);
    CHECK(here.code_of([&] { here.create("one", url + "/other"); }) == errc::ecs_exists);
    CHECK(here.code_of([&] { here.create("two", url); }) == errc::ecs_exists);
    CHECK(here.code_of([&] { here.create("two", "https://" + url); }) == errc::usage);
    CHECK(here.server.requests().size() == 2);
}

TEST_CASE("an edit that does not work leaves everything as it was") {
    one_root here;
    here.server.plays(
        {login_turn(), error_turn(401, "unauthenticated"), error_turn(401, "unauthenticated"), login_turn()});
    const auto made = here.create("one", here.server.address());
    edit_ecs edit{.ecs_uuid = made.ecs_uuid, .name = "renamed", .path = {}, .move_file = false};
    edit.api_key = secret("other-key");
    CHECK(here.code_of([&] { here.ask<ecs_entry>(here.directory(), edit); }) == errc::ecs_authentication);
    edit.api_key = nullptr;
    edit.url = here.server.address() + "/base";
    CHECK(here.code_of([&] { here.ask<ecs_entry>(here.directory(), edit); }) == errc::ecs_authentication);
    CHECK(here.entries()[0].name == "one");
    CHECK(here.entries()[0].url == made.url);
    CHECK(here.entries()[0].api_key->text() == "the-key");
    edit.api_key = secret("other-key");
    CHECK(here.ask<ecs_entry>(here.directory(), edit).url == here.server.address() + "/base");
    CHECK(here.entries()[0].name == "renamed");
    CHECK(here.entries()[0].api_key->text() == "other-key");
    edit.path = "/x";
    CHECK(here.code_of([&] { here.ask<ecs_entry>(here.directory(), edit); }) == errc::ecs_type_mismatch);
}

TEST_CASE("account and connection of an HTTP ECS, and no account of an SFC ECS") {
    one_root here;
    here.server.plays(
        {login_turn(), login_turn(), json_turn({{"deltas", json::array()}}), error_turn(404, "delta_unknown")});
    const auto made = here.create("one", here.server.address());
    const auto account = here.ask<ecs_account_actor>(here.directory(), connect_account{made.ecs_uuid});
    CHECK(here.ask<ecs_account>(account, get_account{}).server_name == "test server");
    const auto connection = here.ask<ecs_connection_actor>(here.directory(), connect_ecs{made.ecs_uuid});
    CHECK(here.ask<std::vector<ecs_delta>>(connection, list_deltas{}).empty());
    actors::questions<blob_ptr, actor_floor::program> downloads{here.runtime.main_asker()};
    for (int i = 0; i < 6; ++i)
        downloads.ask(connection, download_delta{});
    for (int i = 0; i < 6; ++i)
        CHECK(here.code_of([&] { downloads.next(); }) == errc::delta_missing);

    const auto sfc = here.ask<ecs_entry>(here.directory(), create_sfc_ecs{"two", here.folder / "ecs.sfc"});
    CHECK(here.code_of([&] { here.ask<ecs_account_actor>(here.directory(), connect_account{sfc.ecs_uuid}); }) ==
          errc::ecs_type_mismatch);
}

TEST_CASE("an exported HTTP ECS is for its owner's eyes and comes back whole") {
    temp_dir folder;
    const ecs_entry entry{
        *crypto::parse_uuid(id), "one", ecs_type::http, {}, "ecs.example:8443/base", secret("the-key"), true};
    ecs::export_ecs(folder / "out", entry);
    struct stat found {};
    REQUIRE(::stat((folder / "out").c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    const auto back = ecs::read_exported_ecs(folder / "out");
    CHECK(back.ecs_uuid == entry.ecs_uuid);
    CHECK(back.type == ecs_type::http);
    CHECK(back.url == entry.url);
    CHECK(back.api_key->text() == "the-key");
    CHECK(back.development_mode);
    auto odd = entry;
    odd.url = "https://ecs.example";
    ecs::export_ecs(folder / "odd", odd);
    CHECK_THROWS_AS(ecs::read_exported_ecs(folder / "odd"), failure);
    one_root here;
    here.ask<void>(here.directory(), import_ecs{back});
    CHECK(here.entries().at(0).api_key->text() == "the-key");
}
