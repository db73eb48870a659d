// The AES-256-GCM layer of a key that several devices and users have: set up with Enter at every question, on two
// config roots whose generated layer passwords differ.
#include "tests/e2e/e2e_support.hpp"
#include "tests/support/ecs_server.hpp"

using namespace omegasafe::test;

namespace {

/// Enter at every question of init. Without claims ahead a Delta is soon used up.
void set_up(const config_root& root) {
    terminal tty(root.with_config_dir({"init"}), root.options);
    tty.expect("Switch it on with a generated password? [Y/n]: ");
    tty.send("");
    tty.expect("OmegaSafe is initialised.");
    tty.expect("Connect to an HTTP ECS now? [y/N]: ");
    tty.send("");
    const auto result = tty.finish();
    INFO(result.describe());
    REQUIRE(result.exit_code == 0);
    switch_caches_off(root);
}

/// Enter at the passphrase question; gives the passphrase that was made, as the terminal shows it.
std::string exported_with_enter(const config_root& root, const std::string& key, const fs::path& file) {
    terminal tty(root.with_config_dir({"export-key", "-k", key, "-o", file.string()}), root.options);
    tty.expect("Passphrase for the exported key (Enter makes a strong one): ");
    tty.send("");
    tty.expect("shown this once: ");
    const auto shown = tty.expect("\r\n");
    tty.expect("Key exported: " + file.string());
    const auto result = tty.finish();
    INFO(result.describe());
    REQUIRE(result.exit_code == 0);
    return shown.substr(0, shown.find('\r'));
}

void import_with(const config_root& root, const std::string& passphrase, const fs::path& file) {
    const auto ecs = ecs_uuid_of(root);
    terminal tty(root.with_config_dir({"import-key", "-e", ecs, "-i", file.string()}), root.options);
    tty.expect("Passphrase of the exported key: ");
    tty.send(passphrase);
    tty.expect("Alpha imported.");
    const auto result = tty.finish();
    INFO(result.describe());
    REQUIRE(result.exit_code == 0);
    REQUIRE(result.out.find(passphrase) == std::string::npos);
}

std::string layer_of(const config_root& root, const std::string& key) {
    return json_of(root, {"view-key", "-k", key})["local_key_data"]["layer_password"];
}

struct both_devices {
    ecs_server server{{{"OMEGASAFE_ECS_UPLOADS_DAILY", "0"}, {"OMEGASAFE_ECS_UPLOADS_MONTHLY", "0"},
        {"OMEGASAFE_ECS_UPLOADS_STORED", "0"}}};
    config_root here, there;
    std::string key;
    std::vector<std::pair<fs::path, fs::path>> files; // sealed, and what it was made from

    void new_key() {
        succeed(here, {"create-http-ecs", "-n", "office", "-u", server.url()});
        key = json_of(here, {"create-key", "-k", "shared", "-n", "0.1", "-r", "0.1", "-c", "2"})["key_uuid"];
    }
    /// One more file of each device; then all there are open on both.
    void exchange(const std::string& name) {
        for (const auto* root : {&here, &there}) {
            const auto original = root->make_file(name, 4000 + files.size());
            files.emplace_back(sealed(*root, key, original, name + ".omegasafe"), original);
            REQUIRE(json_of(*root, {"inspect", "-i", files.back().first.string()})["password_protected"] == true);
        }
        for (const auto* root : {&here, &there})
            for (const auto& [file, original] : files)
                require_opens(*root, file, original);
    }
    /// A new Delta behind those of the other device.
    void renew_on(const config_root& root) const {
        succeed(root, {"pull-missing-deltas", "-k", key});
        renew(root, key);
    }
    /// Files, new Deltas by both, and other passwords in both config.ini afterwards.
    void live_together() {
        exchange("first");
        renew_on(here);
        renew_on(there);
        exchange("newer"); // renew() writes files of its own name
        succeed(here, {"set-config", "-t", "other-password-1"});
        succeed(there, {"set-config", "-t", "other-password-2"});
        exchange("changed");
        renew_on(there);
        renew_on(here);
        exchange("last");
        CHECK(layer_of(here, key) == "key");
        CHECK(layer_of(there, key) == "key");
    }
};

} // namespace

TEST_CASE_METHOD(
    both_devices, "one person's two devices, each set up with Enter at every question, share a key", "[ecs_server]") {
    server.admit(here, server.owner());
    server.admit(there, server.owner());
    set_up(here);
    set_up(there);
    new_key();
    CHECK(layer_of(here, key) == "config.ini");
    const auto ecs_file = (here.folder() / "office.omegaecs").string();
    succeed(here, {"export-ecs", "-e", ecs_uuid_of(here), "-o", ecs_file});
    succeed(there, {"import-ecs", "-i", ecs_file});
    const auto file = here.folder() / "shared.omegakey";
    import_with(there, exported_with_enter(here, key, file), file);
    live_together();
}

TEST_CASE_METHOD(both_devices, "two users, each set up with Enter at every question, share a key", "[ecs_server]") {
    server.admit(here, server.owner());
    server.admit(there, server.add_user("bob@example.com"));
    set_up(here);
    set_up(there);
    new_key();
    succeed(there, {"create-http-ecs", "-n", "office", "-u", server.url()});
    const auto invite = json_of(here, {"share-key", "-k", key, "-m", "bob@example.com"})["invite_uuid"];
    succeed(there, {"accept-invite", "-i", invite.get<std::string>()});
    const auto file = here.folder() / "shared.omegakey";
    import_with(there, exported_with_enter(here, key, file), file);
    live_together();
}

TEST_CASE("a plain export says that the layer password travels by hand, and with it by hand the key works") {
    config_root here, there;
    set_up(here);
    set_up(there);
    here.create_ecs();
    const auto key = here.create_key();
    const auto ecs_file = (here.folder() / "ecs.omegaecs").string(), file = (here.folder() / "plain.omegakey").string();
    succeed(here, {"export-ecs", "-e", ecs_uuid_of(here), "-o", ecs_file});
    succeed(there, {"import-ecs", "-i", ecs_file});
    const auto sent = succeed(here, {"export-key", "-k", key, "-o", file, "--no-passphrase"});
    CHECK(sent.err.find("must travel by hand") != std::string::npos);
    CHECK(layer_of(here, key) == "config.ini"); // nothing was written for others, so nothing is fixed here

    refuse(there, {"import-key", "-e", ecs_uuid_of(there), "-i", file}, 32, "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS");
    const auto config = read_text(here.path() / "config.ini");
    const auto begin = config.find("\nTRADITIONAL_ENC_LAYER_PASS") + 1;
    const auto line = config.substr(begin, config.find('\n', begin) - begin);
    const auto password = line.substr(line.find_last_of(" =") + 1);
    const auto by_hand = there.folder() / "layer";
    write_text(by_hand, password + "\n");
    fs::permissions(by_hand, owner_only);
    const auto given = succeed(there, {"edit-key", "-k", key, "--layer-password-file", by_hand.string()});
    CHECK(given.out.find(password) == std::string::npos);
    succeed(there, {"pull-missing-deltas", "-k", key});
    const auto mine = here.make_file("mine", 3000), yours = there.make_file("yours", 3100);
    require_opens(there, sealed(here, key, mine, "mine.omegasafe"), mine);
    require_opens(here, sealed(there, key, yours, "yours.omegasafe"), yours);
}

TEST_CASE("what was sealed with earlier layer passwords stays readable, each change through") {
    config_root root;
    set_up(root);
    root.create_ecs();
    const auto key = root.create_key();
    const auto original = root.make_file("plain", 2000);
    std::vector<fs::path> files{sealed(root, key, original, "0.omegasafe")};
    const auto next = [&](const std::string& source, bool layer) {
        files.push_back(sealed(root, key, original, std::to_string(files.size()) + ".omegasafe"));
        CHECK(layer_of(root, key) == source);
        CHECK(json_of(root, {"inspect", "-i", files.back().string()})["password_protected"] == layer);
        for (const auto& file : files) {
            require_opens(root, file, original);
            CHECK(json_of(root, {"inspect", "-i", file.string()})["key_uuid"] == key);
        }
    };
    succeed(root, {"set-config", "-t", "second-password-2"});
    next("config.ini", true);
    succeed(root, {"edit-key", "-k", key, "--no-layer"});
    next("none", false);
    {
        terminal tty(root.with_config_dir({"edit-key", "-k", key, "--layer-password"}), root.options);
        tty.expect("Layer password of the key (Enter makes a strong one): ");
        tty.send("third-password-3");
        tty.expect("The same again: ");
        tty.send("third-password-3");
        REQUIRE(tty.finish().exit_code == 0);
        CHECK(tty.transcript().find("third") == std::string::npos);
    }
    next("key", true);
    root.options.env["OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS"] = "fourth-password-4";
    next("environment", true);
    root.options.env.erase("OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS");
    next("key", true);
    succeed(root, {"set-config", "-t", ""});
    next("key", true);
    // Trees, streams of bytes and verification look through the same passwords.
    for (const auto& file : files)
        succeed(root, {"verify", "-i", file.string()});
}

TEST_CASE("set-config remembers the password that goes from config.ini, or changes nothing") {
    config_root here, there;
    here.initialise();
    there.initialise();
    here.create_ecs();
    const auto key = here.create_key();
    const auto ecs_file = (here.folder() / "ecs.omegaecs").string(), file = (here.folder() / "plain.omegakey").string();
    succeed(here, {"export-ecs", "-e", ecs_uuid_of(here), "-o", ecs_file});
    succeed(there, {"import-ecs", "-i", ecs_file});
    succeed(here, {"export-key", "-k", key, "-o", file, "--no-passphrase"});
    succeed(there, {"import-key", "-e", ecs_uuid_of(there), "-i", file});
    for (const auto* root : {&here, &there})
        succeed(*root, {"set-config", "-t", "Shared-pass-1"});
    // Nothing was sealed or opened with it here.
    const auto original = there.make_file("theirs", 2000);
    const auto theirs = sealed(there, key, original, "theirs.omegasafe");

    const auto config = read_text(here.path() / "config.ini");
    auto wrong = here.options;
    wrong.env["OMEGASAFE_CONFIG_PASSWORD"] = "not-the-password-1";
    CHECK(run(here.with_config_dir({"set-config", "-t", "Third-pass-3"}), wrong).exit_code == 31);
    CHECK(read_text(here.path() / "config.ini") == config);

    here.options.env["OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS"] = "Other-pass-2"; // goes before the one in the file
    succeed(here, {"set-config", "-t", "Third-pass-3"});
    here.options.env.erase("OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS");
    require_opens(here, theirs, original);
}

TEST_CASE("inspect says why it could not try every layer password, and shows what it can") {
    config_root root;
    set_up(root);
    root.create_ecs();
    const auto key = root.create_key();
    const auto file = sealed(root, key, root.make_file("plain", 2000), "sealed.omegasafe");
    const arguments inspect{"inspect", "-j", "-i", file.string()};
    CHECK(json::parse(succeed(root, inspect).out)["key_uuid"] == key);
    const auto config = read_text(root.path() / "config.ini");
    write_text(root.path() / "config.ini", config.substr(0, config.size() / 2));
    const auto damaged = succeed(root, inspect);
    CHECK(json::parse(damaged.out)["entries"].is_null());
    CHECK(damaged.err.find("Not all layer passwords known here could be tried: ") != std::string::npos);
    write_text(root.path() / "config.ini", config);
    const auto own = succeed(root, {"inspect", "-i", (root.path() / "omegasafe_keys.sfc").string()});
    CHECK(own.err.empty());
}

TEST_CASE("edit-key refuses a layer password that is none, in one sentence") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.folder() / "layer";
    write_text(file, "short\n");
    refuse(root, {"edit-key", "-k", key, "--layer-password-file", file.string()}, 2, "chmod 600");
    fs::permissions(file, owner_only);
    refuse(root, {"edit-key", "-k", key, "--layer-password-file", file.string()}, 2, "at least 8 characters");
    refuse(root, {"edit-key", "-k", key, "--layer-password"}, 2, "--layer-password-file");
    refuse(root, {"edit-key", "-k", unknown_uuid, "--no-layer"}, 51, unknown_uuid);
    CHECK(root.run({"edit-key", "-k", key, "--no-layer", "--layer-password"}).exit_code == 2);
    // The flag asks. A password behind it is not repeated, in whatever form.
    for (const arguments& typed : {arguments{"--layer-password", "Hunter-22xyz"}, {"--layer-password=Hunter-22xyz"}}) {
        const auto result = root.run(arguments{"edit-key", "-k", key, "-j"} + typed);
        INFO(result.describe());
        CHECK(result.exit_code == 2);
        CHECK((result.out + result.err).find("Hunter") == std::string::npos);
    }
    CHECK(layer_of(root, key) == "none");
}

TEST_CASE("init without a terminal says that the layer is off, and its flags decide it") {
    for (const auto& [flag, layer, warns] : {std::tuple{"-s", false, true}, std::tuple{"--no-layer", false, false},
             std::tuple{"--generate-layer-password", true, false}}) {
        const config_root root;
        const auto result = succeed(root, {"init", flag});
        INFO(flag << ": " << result.describe());
        CHECK((result.err.find("--generate-layer-password") != std::string::npos) == warns);
        CHECK(std::ranges::count(result.err, '\n') == (warns ? 1 : 0));
        require_line(result, labelled("AES-256-GCM layer", layer ? "yes" : "no"));
    }
    const config_root root;
    CHECK(root.run({"init", "--no-layer", "--generate-layer-password"}).exit_code == 2);
}
