// Every command for an HTTP ECS with a server that answers, plain and as JSON, and what the server refuses.
#include "tests/e2e/e2e_support.hpp"
#include "tests/support/ecs_server.hpp"

using namespace omegasafe::test;

namespace {

constexpr const char* internal_storage = "64753caf-2d47-4558-8933-9691b58f9b09";

struct with_server {
    ecs_server server;
    config_root root;
    std::string ecs, key;

    with_server() {
        server.admit(root, server.owner());
        root.initialise();
        ecs = json_of(root, {"create-http-ecs", "-n", "office", "-u", server.url()})["ecs_uuid"];
        key = json_of(root, {"create-key", "-k", "k", "-n", "0.1", "-r", "0.1", "-c", "2"})["key_uuid"];
    }
    std::string status() const {
        const auto listed = root.run({"list-keys", "--json"});
        return json::parse(listed.out)["keys"][0]["external_claims_storage_status"];
    }
};

} // namespace

TEST_CASE_METHOD(with_server, "every command for an HTTP ECS answers plainly and as JSON", "[ecs_server]") {
    const auto folder = root.folder().path().string();
    const arguments invite{"share-key", "-k", key, "-m", "bob@example.com"};
    for (const auto& args : std::vector<arguments>{{"list-ecs"}, {"list-keys"}, {"view-key", "-k", key},
             {"edit-key", "-k", key, "-n", "renamed"}, {"key-storage-limits", "-k", key},
             {"list-ecs-storages", "-e", ecs}, {"view-ecs-storage", "-e", ecs, "-s", internal_storage},
             {"edit-ecs", "-e", ecs, "-n", "bureau", "-U", "-K"}, {"list-invites"}, {"list-invites", "-k", key},
             {"pull-missing-deltas", "-k", key}, {"fast-forward-claim", "-k", key, "-c", "10", "-f"},
             {"create-key", "-k", "other", "-n", "0.1", "-r", "0.1", "-c", "2", "-s", internal_storage}}) {
        INFO(args.front());
        const auto plain = succeed(root, args);
        CHECK_FALSE(plain.out.empty());
        CHECK(json_of(root, args)["schema_version"] == 1);
        CHECK(plain.out.find(server.owner().api_key) == std::string::npos);
    }
    succeed(root, invite);
    json_of(root, {"revoke-share", "-k", key, "-m", "bob@example.com", "-f"});
    json_of(root, invite);
    succeed(root, {"revoke-share", "-k", key, "-m", "bob@example.com", "-f"});
    succeed(root, {"export-ecs", "-e", ecs, "-o", folder + "/plain.export"});
    json_of(root, {"export-ecs", "-e", ecs, "-o", folder + "/json.export"});
    succeed(root, {"import-ecs", "-i", folder + "/plain.export"});
    json_of(root, {"import-ecs", "-i", folder + "/json.export"});
    const auto gone = succeed(root, {"delete-key", "-k", key, "-f"});
    CHECK(gone.err.empty());
    require_line(gone, "Delete-key completed for key " + key);
}

TEST_CASE_METHOD(with_server, "listings of an HTTP ECS have the reference's values", "[ecs_server]") {
    const auto entry = json_of(root, {"list-ecs"})["entries"][0];
    CHECK(entry["url"] == server.url());
    CHECK(entry["path"].is_null());
    CHECK(entry["development_mode"] == false);
    const auto storages = json_of(root, {"list-ecs-storages", "-e", ecs});
    CHECK(storages["ecs_type"] == "HTTP");
    CHECK(storages["note"].is_null());
    REQUIRE(storages["storages"].size() == 1);
    CHECK(storages["storages"][0]["storage_uuid"] == internal_storage);
    CHECK(storages["storages"][0]["storage_badge"] == "internal");
    const auto limits = json_of(root, {"key-storage-limits", "-k", key});
    CHECK(limits["usage"]["uploads"]["stored"]["limit"] == 15);
    CHECK(limits["usage"]["uploads"]["stored"]["used"] == 1);
    CHECK(limits["usage"]["downloads"]["daily"]["limit"] == 20);
    const auto shown = json_of(root, {"view-key", "-k", key})["ecs_key_data"];
    CHECK(shown["storage_uuid"] == internal_storage);
    CHECK(shown["storage_is_internal"] == true);
    CHECK(shown["key_role_id"] == 1);
    CHECK(shown["key_role_name"] == "Owner");
    CHECK(shown["user_key_relation_uuid"].is_string());
    CHECK(shown["billing_user_uuid"].is_null());
}

TEST_CASE_METHOD(with_server, "a wrong API key is refused, and the right one stays", "[ecs_server]") {
    config_root other;
    server.admit(other, {"nobody@example.com", "not-a-key"});
    other.initialise();
    refuse(other, {"create-http-ecs", "-n", "office", "-u", server.url()}, 64, "Check the API key");
    refuse(root, {"create-http-ecs", "-n", "lost", "-u", server.url() + "/base"}, 65, "with its base path?");
    CHECK(json_of(other, {"list-ecs"})["entries"].empty());

    refuse(root, {"edit-ecs", "-e", ecs, "-k", "not-a-key"}, 64, "Nothing was changed");
    CHECK(status() == "available");
    const auto renewed = succeed(root, {"edit-ecs", "-e", ecs, "-k", server.owner().api_key});
    require_line(renewed, "API key changed.");
    CHECK(status() == "available");
    refuse(root, {"create-http-ecs", "-n", "office", "-u", server.url()}, 62, "office");
}

TEST_CASE_METHOD(with_server, "without its certificate a server is trusted in development mode only", "[ecs_server]") {
    config_root other;
    server.admit(other, server.owner());
    other.options.env.erase("SSL_CERT_FILE");
    other.initialise();
    refuse(other, {"create-http-ecs", "-n", "office", "-u", server.url()}, 63, "certificate");
    const auto made = succeed(other, {"create-http-ecs", "-n", "office", "-u", server.url(), "-v", "--json"});
    CHECK(json::parse(made.out)["development_mode"] == true);
    CHECK(made.err.find("certificate") != std::string::npos);

    const auto entry = ecs_uuid_of(other);
    refuse(other, {"edit-ecs", "-e", entry, "--no-dev-mode"}, 63, "Nothing was changed");
    CHECK(json_of(other, {"list-ecs"})["entries"][0]["development_mode"] == true);
    other.options.env["SSL_CERT_FILE"] = server.certificate().string();
    const auto checked = succeed(other, {"edit-ecs", "-e", entry, "--no-dev-mode"});
    require_line(checked, "Development mode is off: the server's certificate is checked from now on.");
    require_line(checked, labelled("Development mode", "no"));
    CHECK(json_of(other, {"list-ecs"})["entries"][0]["development_mode"] == false);
    CHECK(json_of(other, {"edit-ecs", "-e", entry, "--no-dev-mode"})["development_mode"] == false);
    other.options.env.erase("SSL_CERT_FILE");
    refuse(other, {"list-ecs-storages", "-e", entry}, 63, "certificate");
}

TEST_CASE_METHOD(
    with_server, "on a terminal edit-ecs offers to end development mode, and Enter keeps it", "[ecs_server]") {
    config_root other;
    server.admit(other, server.owner());
    other.initialise();
    succeed(other, {"create-http-ecs", "-n", "office", "-u", server.url(), "-v"});
    const auto entry = ecs_uuid_of(other);
    for (const bool wanted : {false, true}) {
        terminal tty(other.with_config_dir({"edit-ecs", "-e", entry, "-N", "-U", "-K"}), other.options);
        tty.expect("Check the server's certificate from now on? [y/N]: ");
        tty.send(wanted ? "y" : "");
        tty.expect(labelled("Development mode", wanted ? "no" : "yes"));
        CHECK(tty.finish().exit_code == 0);
    }
}

TEST_CASE_METHOD(with_server, "a server that is away leaves partial listings and the caches", "[ecs_server]") {
    const auto before = sealed(root, key, root.make_file("a", 100), "a.omegasafe");
    server.stop();
    CHECK(status() == "unreachable");
    const auto shown = root.run({"view-key", "-k", key, "--json"});
    REQUIRE(shown.exit_code == 0);
    const auto state = json::parse(shown.out);
    CHECK(state["deltas"].empty());
    CHECK(state["ecs_key_data"]["key_uuid"].is_null());
    CHECK(state["local_key_data"]["key_name"] == "k");
    CHECK(shown.err.find("ExternalClaimsStorage " + ecs + " unavailable (unreachable") != std::string::npos);
    require_opens(root, before, root.folder() / "a");
    sealed(root, key, root.make_file("b", 100), "b.omegasafe"); // from the PERFORMANCE cache
    refuse(root, {"pull-missing-deltas", "-k", key}, 63, "");
    server.start();
    CHECK(status() == "available");
}

TEST_CASE_METHOD(with_server, "the server tries a storage before it takes it", "[ecs_server]") {
    const auto endpoint = "https://127.0.0.1:" + std::to_string(free_port());
    root.options.env["OMEGASAFE_STORAGE_ACCESS_KEY_ID"] = std::string(20, 'A');
    root.options.env["OMEGASAFE_STORAGE_SECRET_ACCESS_KEY"] = std::string(40, 'S');
    const arguments create{"create-ecs-storage", "-e", ecs, "-n", "mine", "-p", "r2", "-b", "bucket", "-u", endpoint};
    const auto error = error_of(root, create);
    CHECK(error["code"] == "ecs_rejected");
    CHECK(error["message"].get<std::string>().find("127.0.0.1") != std::string::npos);
    CHECK(json_of(root, {"list-ecs-storages", "-e", ecs})["storages"].size() == 1);
    refuse(root, {"view-ecs-storage", "-e", ecs, "-s", unknown_uuid}, 65, "");
    refuse(root, {"edit-ecs-storage", "-e", ecs, "-s", internal_storage, "-n", "x"}, 2, "internal storage");
    refuse(root, {"delete-ecs-storage", "-e", ecs, "-s", unknown_uuid, "-f"}, 65, "");
    refuse(root, {"create-key", "-k", "x", "-n", "0.1", "-r", "0.1", "-c", "2", "-s", unknown_uuid}, 65, unknown_uuid);
    refuse(root, {"edit-key", "-k", key, "-s", unknown_uuid}, 65, "");
}

TEST_CASE("a newer version is told of once a day, and never with --json", "[ecs_server]") {
    ecs_server server{{{"OMEGASAFE_ECS_LATEST_CLI_VERSION", "99.0.1"}}};
    config_root root;
    server.admit(root, server.owner());
    root.initialise();
    const std::string line = "A newer version of omegasafe is available: 99.0.1 (this is ";
    const auto tells = [&](const arguments& args) { return succeed(root, args).out.find(line) != std::string::npos; };
    CHECK_FALSE(tells({"list-ecs"}));
    json_of(root, {"create-http-ecs", "-n", "office", "-u", server.url()});
    const auto file = root.path() / "update_check";
    CHECK(mode_of(file) == owner_only);
    CHECK(tells({"list-ecs"}));
    CHECK_FALSE(tells({"list-ecs"}));
    const auto a_day_ago = fs::file_time_type::clock::now() - std::chrono::hours{25};
    fs::last_write_time(file, a_day_ago);
    json_of(root, {"list-ecs"});
    succeed(root, {"set-config", "-u", "false"});
    CHECK_FALSE(tells({"list-ecs"}));
    succeed(root, {"set-config", "-u", "true", "-o", "true"});
    CHECK_FALSE(tells({"list-ecs"}));
    root.options.env["OMEGASAFE_OFFLINE_MODE"] = "false";
    server.stop();
    CHECK_FALSE(tells({"list-ecs"}));
    server.start();
    CHECK_FALSE(tells({"list-ecs"})); // it was asked today
    fs::last_write_time(file, a_day_ago);
    CHECK(tells({"list-ecs"}));
    succeed(root, {"erase-all", "-f"});
    CHECK_FALSE(fs::exists(root.path()));
}
