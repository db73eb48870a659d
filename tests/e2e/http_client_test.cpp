// Commands for an HTTP ECS as far as they go without a server: flags, questions, refusals, and a server that is away.
#include "ecs/ecs_entry_file.hpp"
#include "tests/e2e/e2e_support.hpp"
#include "tests/support/ecs_server.hpp"

using namespace omegasafe::test;

namespace {

const std::string a_key = "key-that-nobody-may-see";

struct no_server {
    config_root root;
    std::string url = "localhost:" + std::to_string(free_port()); // nobody listens there

    no_server() { root.options.env["OMEGASAFE_HTTP_ECS_API_KEY"] = a_key; }

    arguments create(const std::string& at) const { return {"create-http-ecs", "-n", "office", "-u", at}; }
    json entries() const { return json_of(root, {"list-ecs"})["entries"]; }
};

/// With an HTTP ECS all the same: it came from another device.
struct server_away : no_server {
    std::string ecs = "0c5d7a10-4d0e-4c6e-9d25-6f1f0a3b7c11";

    server_away() {
        root.initialise();
        const auto file = (root.folder() / "office.export").string();
        omegasafe::ecs_entry entry;
        entry.ecs_uuid = *omegasafe::crypto::parse_uuid(ecs);
        entry.name = "office";
        entry.type = omegasafe::ecs_type::http;
        entry.url = url;
        entry.api_key = std::make_shared<const omegasafe::crypto::secure_bytes>(std::string_view{a_key});
        omegasafe::ecs::export_ecs(file, entry);
        succeed(root, {"import-ecs", "-i", file});
    }
    arguments storage(const arguments& more) const { return arguments{"create-ecs-storage", "-e", ecs} + more; }
};

} // namespace

TEST_CASE_METHOD(
    no_server, "create-http-ecs refuses what cannot be, and a server that does not answer changes nothing") {
    root.initialise();
    refuse(root, {"create-http-ecs"}, 2, "--ecs-name");
    refuse(root, {"create-http-ecs", "-n", "office"}, 2, "--api-url");
    refuse(root, create("https://" + url), 2, "leave https:// out");
    refuse(root, create("host:0"), 2, "--api-url");
    refuse(root, create(url) + arguments{"-k", "two words"}, 2, "--api-key");
    refuse(root, {"create-http-ecs", "-n", "a\nb", "-u", url}, 2, "--ecs-name");
    refuse(root, {"create-http-ecs", "-n", "", "-u", url}, 2, "--ecs-name: The value is empty");
    const auto away = refuse(root, create(url), 63, url);
    CHECK(away.out.find(a_key) == std::string::npos);
    CHECK(away.err.find(a_key) == std::string::npos);
    CHECK(entries().empty());
    CHECK_FALSE(fs::exists(root.path() / "update_check"));
    root.options.env.erase("OMEGASAFE_HTTP_ECS_API_KEY");
    refuse(root, create(url), 2, "OMEGASAFE_HTTP_ECS_API_KEY");
}

TEST_CASE_METHOD(no_server, "create-http-ecs asks for name, URL, API key and development mode, and shows no key") {
    root.initialise();
    root.options.env.erase("OMEGASAFE_HTTP_ECS_API_KEY");
    terminal tty(root.with_config_dir({"create-http-ecs"}), root.options);
    tty.expect("ECS name: ");
    tty.send("office");
    tty.expect("URL (host[:port][/base]): ");
    tty.send("https://" + url);
    tty.expect("leave https:// out");
    tty.expect("URL (host[:port][/base]): ");
    tty.send(url);
    tty.expect("API key (not shown): ");
    tty.send("two words");
    tty.expect("visible characters without spaces");
    tty.expect("API key (not shown): ");
    tty.send(a_key);
    tty.expect("skip the check of the server's certificate? [y/N]: ");
    tty.send("");
    tty.expect("Verifying the connection to " + url);
    CHECK(tty.finish().exit_code == 63);
    CHECK(tty.transcript().find(a_key) == std::string::npos);
    CHECK(tty.transcript().find("two words") == std::string::npos);
    CHECK(entries().empty());
}

TEST_CASE_METHOD(no_server, "init --create-http-ecs wants all its values before it makes anything") {
    for (const auto& args : std::vector<arguments>{{"-c"}, {"-c", "-n", "a"}, {"-c", "-n", "a", "-k", "x"}})
        refuse(root, arguments{"init"} + args, 2, "--http-ecs-name, --http-ecs-url and --http-ecs-api-key");
    refuse(root, {"init", "-c", "-n", "a", "-u", "https://x"}, 2, "--http-ecs-url");
    refuse(root, {"init", "-n", "a"}, 2, "--create-http-ecs");
    refuse(root, {"init", "-c", "-n", "", "-u", url}, 2, "--http-ecs-name: The value is empty");
    refuse(root, {"init", "-c", "-s", "-n", "a", "-u", url}, 2, "--create-http-ecs");
    CHECK(fs::is_empty(root.path()));
    const auto away = root.run({"init", "-c", "-n", "a", "-u", url});
    INFO(away.describe());
    CHECK(away.exit_code == 63);
    CHECK(away.err.find("The configuration is made") != std::string::npos);
    CHECK(away.err.find("create-http-ecs") != std::string::npos);
    CHECK(entries().empty());
}

TEST_CASE_METHOD(no_server, "init offers an HTTP ECS, tells why it was not added, and offers again") {
    root.options.env.erase("OMEGASAFE_HTTP_ECS_API_KEY");
    terminal tty(root.with_config_dir({"init"}), root.options);
    tty.expect("generated password? [Y/n]: ");
    tty.send("n");
    tty.expect("Connect to an HTTP ECS now? [y/N]: ");
    tty.send("y");
    tty.expect("ECS name: ");
    tty.send("office");
    tty.expect("URL (host[:port][/base]): ");
    tty.send(url);
    tty.expect("API key (not shown): ");
    tty.send(a_key);
    tty.expect("[y/N]: ");
    tty.send("");
    tty.expect(url);
    tty.expect("Try again? [Y/n]: ");
    tty.send("n");
    tty.expect("Next: omegasafe create-http-ecs");
    CHECK(tty.finish().exit_code == 0);
    CHECK(tty.transcript().find(a_key) == std::string::npos);
}

TEST_CASE_METHOD(server_away, "an HTTP ECS that is away: listed, renamed, and edits that need it change nothing") {
    const auto before = entries()[0];
    CHECK(before["url"] == url);
    CHECK(before["path"].is_null());
    CHECK(before["development_mode"] == false);
    require_line(succeed(root, {"list-ecs"}), "  URL:  " + url);

    for (const auto& flags : std::vector<arguments>{{"-p", "/x"}, {"-P"}, {"-m"}, {"-x"}})
        refuse(root, arguments{"edit-ecs", "-e", ecs} + flags, 67, "needs an SFC ECS; office is an HTTP ECS");
    const auto renamed = json_of(root, {"edit-ecs", "-e", ecs, "-n", "bureau"});
    CHECK(renamed["url"] == url);
    CHECK(renamed["path"].is_null());
    CHECK(renamed["api_key_changed"] == false);
    refuse(root, {"edit-ecs", "-e", ecs}, 2, "--new-name or --keep-name");
    refuse(root, {"edit-ecs", "-e", ecs, "-u", "https://x"}, 2, "--new-api-url");
    refuse(root, {"edit-ecs", "-e", ecs, "-k", "a b"}, 2, "--update-api-key");
    for (const auto& flags : std::vector<arguments>{
             {"-u", "localhost:" + std::to_string(free_port())}, {"-k", "new-key"}, {"-k", "", "-n", "other"}})
        refuse(root, arguments{"edit-ecs", "-e", ecs} + flags, 63, "Nothing was changed");
    CHECK(entries()[0]["url"] == url);
    CHECK(entries()[0]["ecs_name"] == "bureau");
    refuse(root, {"create-http-ecs", "-n", "bureau", "-u", "localhost:1"}, 62, "bureau");
}

TEST_CASE_METHOD(server_away, "edit-ecs asks for name, URL and API key, and Enter keeps each") {
    terminal tty(root.with_config_dir({"edit-ecs", "-e", ecs}), root.options);
    tty.expect("ECS name [office]: ");
    tty.send("");
    tty.expect("URL (host[:port][/base]) [" + url + "]: ");
    tty.send("");
    tty.expect("New API key (not shown; Enter keeps the present one): ");
    tty.send("");
    tty.expect("No ECS changes requested.");
    CHECK(tty.finish().exit_code == 0);
}

TEST_CASE_METHOD(server_away, "commands that need a server that is away end with 63") {
    for (const auto& args : std::vector<arguments>{{"list-ecs-storages"}, {"view-ecs-storage", "-s", unknown_uuid},
             {"edit-ecs-storage", "-s", unknown_uuid, "-n", "x"}, {"delete-ecs-storage", "-s", unknown_uuid, "-f"},
             {"create-key", "-k", "x", "-n", "0.1", "-r", "0.1", "-c", "2"}, {"list-invites"},
             {"accept-invite", "-i", unknown_uuid}}) {
        const auto result = refuse(root, args + arguments{"-e", ecs}, 63, "");
        CHECK(result.err.find(a_key) == std::string::npos);
    }
    CHECK(json_of(root, {"list-keys"})["keys"].empty());
}

TEST_CASE_METHOD(server_away, "fields of a storage are checked before anything is sent") {
    const arguments good{"-n", "mine", "-p", "s3", "-b", "bucket", "-r", "eu-central-1"};
    refuse(root, storage({}), 2, "--storage-name");
    refuse(root, storage({"-n", "a b"}), 2, "--storage-name: ");
    refuse(root, storage({"-n", "mine", "-p", "gcs"}), 2, "--provider: ");
    refuse(root, storage({"-n", "mine", "-p", "s3", "-b", "192.168.0.1"}), 2, "--bucket-name: ");
    refuse(root, storage({"-n", "mine", "-p", "s3", "-b", "bucket", "-r", "auto"}), 2, "--region: ");
    refuse(root, storage({"-n", "mine", "-p", "r2", "-b", "bucket"}), 2, "--endpoint-url");
    refuse(root, storage({"-n", "mine", "-p", "r2", "-b", "bucket", "-r", "us-east-1"}), 2, "--region: ");
    refuse(root, storage(good + arguments{"-u", "https://x"}), 2, "--endpoint-url: ");
    refuse(root, storage(good + arguments{"-m", "../x"}), 2, "--remote-path: ");
    refuse(root, storage(good), 2, "OMEGASAFE_STORAGE_SECRET_ACCESS_KEY");
    refuse(root, storage(good + arguments{"-a", std::string(20, 'A')}), 2, "--secret-access-key");
    const auto short_secret =
        refuse(root, storage(good + arguments{"-a", std::string(20, 'A'), "-k", "tooshort"}), 2, "-k");
    CHECK(short_secret.err.find("tooshort") == std::string::npos);
    root.options.env["OMEGASAFE_STORAGE_ACCESS_KEY_ID"] = std::string(20, 'A');
    root.options.env["OMEGASAFE_STORAGE_SECRET_ACCESS_KEY"] = std::string(40, 'S');
    const auto sent = refuse(root, storage(good), 63, url);
    CHECK(sent.err.find(std::string(40, 'S')) == std::string::npos);

    const arguments edit{"edit-ecs-storage", "-e", ecs, "-s", unknown_uuid};
    refuse(root, edit, 2, "--update-credentials");
    refuse(root, edit + arguments{"-a", std::string(20, 'A')}, 2, "go together");
    refuse(
        root, edit + arguments{"-a", std::string(20, 'A'), "-k", std::string(40, 'S'), "-x"}, 2, "--keep-credentials");
    refuse(root, edit + arguments{"-x", "-y"}, 2, "--keep-credentials");
}

TEST_CASE_METHOD(
    server_away, "create-ecs-storage asks for each field, shows what to allow, and hides the credentials") {
    terminal tty(root.with_config_dir({"create-ecs-storage", "-e", ecs}), root.options);
    tty.expect("Storage name: ");
    tty.send("mine");
    tty.expect("Provider (s3 or r2): ");
    tty.send("gcs");
    tty.expect("The provider is s3");
    tty.expect("Provider (s3 or r2): ");
    tty.send("r2");
    tty.expect("Least privilege on Cloudflare R2");
    tty.expect("bucket versioning");
    tty.expect("Bucket name: ");
    tty.send("bucket");
    tty.expect("Endpoint URL: ");
    tty.send("https://example.r2.cloudflarestorage.com");
    tty.expect("Remote path (optional prefix, Enter for none): ");
    tty.send("");
    tty.expect("Access key ID (not shown): ");
    tty.send(std::string(20, 'A'));
    tty.expect("Secret access key (not shown): ");
    tty.send("short");
    tty.expect("A secret access key has 32 to 128");
    tty.expect("Secret access key (not shown): ");
    tty.send(std::string(40, 'S'));
    tty.expect("LIST, PUT and GET");
    CHECK(tty.finish().exit_code == 63);
    CHECK(tty.transcript().find(std::string(40, 'S')) == std::string::npos);
    CHECK(tty.transcript().find(std::string(20, 'A')) == std::string::npos);
}

TEST_CASE_METHOD(server_away, "delete-ecs-storage is aborted by no") {
    refuse(root, {"delete-ecs-storage", "-e", ecs, "-s", unknown_uuid}, 2, "--force");
    terminal tty(root.with_config_dir({"delete-ecs-storage", "-e", ecs, "-s", unknown_uuid}), root.options);
    tty.expect("from ECS office? (The bucket stays.) [y/N]: ");
    tty.send("");
    tty.expect("Deletion aborted.");
    CHECK(tty.finish().exit_code == 3);
}

TEST_CASE_METHOD(
    server_away, "an update check that finds no server is silent, asks once a day, and erase-all takes its file") {
    const auto file = root.path() / "update_check";
    CHECK(mode_of(file) == owner_only);
    const auto quiet = succeed(root, {"list-ecs"});
    CHECK(quiet.err.empty());
    CHECK(quiet.out.find("newer version") == std::string::npos);
    const auto asked = fs::last_write_time(file);
    CHECK(fs::file_time_type::clock::now() - asked < std::chrono::hours{1});
    succeed(root, {"list-ecs"});
    CHECK(fs::last_write_time(file) == asked);
    succeed(root, {"erase-all", "-f"});
    CHECK_FALSE(fs::exists(root.path()));
}

TEST_CASE("commands about sharing refuse what cannot be") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto ecs = ecs_uuid_of(root);
    refuse(root, {"share-key", "-k", key, "-m", "ann@example.org"}, 67,
        "share-key needs an HTTP ECS; local is an SFC ECS");
    refuse(root, {"share-key", "-k", key, "-m", "ann"}, 2, "--email");
    refuse(root, {"share-key", "-k", key, "-m", "ann@example.org", "-r", "admin"}, 2, "owner, maintainer or user");
    refuse(root, {"share-key", "-k", unknown_uuid, "-m", "ann@example.org"}, 51, "import-key");
    refuse(root, {"list-invites"}, 67, "list-invites needs an HTTP ECS");
    refuse(root, {"list-invites", "-e", ecs, "-k", key}, 67, "list-invites needs an HTTP ECS");
    refuse(root, {"accept-invite", "-i", unknown_uuid}, 67, "accept-invite needs an HTTP ECS");
    refuse(root, {"accept-invite", "-i", "x"}, 2, "--invite-uuid");
    refuse(root, {"revoke-share", "-k", key, "-m", "ann@example.org", "-f"}, 67, "revoke-share needs an HTTP ECS");
    refuse(root, {"create-key", "-k", "x", "-s", unknown_uuid}, 67, "--storage-uuid is for an HTTP ECS");
}
