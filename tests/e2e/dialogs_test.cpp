// Conversations on a terminal: what each command asks, what it takes for an answer, and what it does then.
#include "crypto/uuid.hpp"
#include "ecs/ecs_sfc.hpp"
#include "tests/e2e/e2e_support.hpp"

using namespace omegasafe::test;

namespace {

struct dialog {
    config_root root;
    std::string key = root.initialise_with_key();
    std::string ecs = ecs_uuid_of(root);
    fs::path ecs_file = root.folder() / "ecs.sfc";

    static void require_end(terminal& tty, int code) {
        const auto result = tty.finish();
        INFO(result.describe());
        REQUIRE(result.exit_code == code);
    }
    /// Answers no, sees `sentence` and the exit code of an abortion.
    void decline(const arguments& args, const std::string& question, const std::string& sentence) const {
        terminal tty(root.with_config_dir(args), root.options);
        tty.expect(question + " [y/N]: ");
        tty.send("");
        tty.expect(sentence + "\r\n");
        require_end(tty, 3);
    }
};

} // namespace

TEST_CASE_METHOD(dialog, "edit-ecs asks for name, path and whether the file moves, and Enter keeps what there is") {
    {
        terminal tty(root.with_config_dir({"edit-ecs", "-e", ecs}), root.options);
        tty.expect("ECS name [local]: ");
        tty.send("");
        tty.expect("File path [" + ecs_file.string() + "]: ");
        tty.send("");
        tty.expect("No ECS changes requested.");
        require_end(tty, 0);
    }
    const auto moved = root.folder() / "moved.sfc";
    {
        terminal tty(root.with_config_dir({"edit-ecs", "-e", ecs, "-n", "home"}), root.options);
        tty.expect("File path [");
        tty.send("/nonexistent/x");
        tty.expect("does not exist; create it first.");
        tty.expect("File path [");
        tty.send(moved.string());
        tty.expect("Move the file there? [Y/n]: ");
        tty.send("");
        tty.expect("Name changed from local to home.");
        tty.expect("File moved from " + ecs_file.string());
        require_end(tty, 0);
    }
    REQUIRE(fs::exists(moved));
    terminal tty(root.with_config_dir({"edit-ecs", "-e", ecs, "-P"}), root.options);
    tty.expect("ECS name [home]: ");
    tty.send_raw("\x04");
    tty.expect("Operation aborted.");
    require_end(tty, 3);
}

TEST_CASE_METHOD(dialog, "export-key asks for a passphrase twice, import-key once, and neither shows it") {
    const auto file = root.folder() / "key.omegakey";
    {
        terminal tty(root.with_config_dir({"export-key", "-k", key, "-o", file.string()}), root.options);
        tty.expect("Passphrase for the exported key (Enter makes a strong one): ");
        tty.send("short");
        tty.expect("A passphrase has at least 8 characters.");
        tty.expect("(Enter makes a strong one): ");
        tty.send("correct horse");
        tty.expect("The same again: ");
        tty.send("correct house");
        tty.expect("The two differ.");
        tty.expect("(Enter makes a strong one): ");
        tty.send("correct horse");
        tty.expect("The same again: ");
        tty.send("correct horse");
        tty.expect("Key exported: " + file.string());
        require_end(tty, 0);
        REQUIRE(tty.transcript().find("horse") == std::string::npos);
        REQUIRE(tty.transcript().find("no passphrase") == std::string::npos);
    }
    REQUIRE(json_of(root, {"inspect", "-i", file.string()})["password_protected"] == true);
    const arguments import{"import-key", "-e", ecs, "-i", file.string()};
    {
        terminal tty(root.with_config_dir(import), root.options);
        tty.expect("Passphrase of the exported key: ");
        tty.send("correct house");
        tty.expect("The passphrase does not open " + file.string());
        require_end(tty, 31);
    }
    terminal tty(root.with_config_dir(import), root.options);
    tty.expect("Passphrase of the exported key: ");
    tty.send("correct horse");
    tty.expect("The Alpha was on this device already.");
    require_end(tty, 0);
    REQUIRE(tty.transcript().find("horse") == std::string::npos);
}

TEST_CASE_METHOD(dialog, "an exported key without a passphrase is warned of on a terminal too") {
    const auto file = (root.folder() / "plain.omegakey").string();
    terminal tty(root.with_config_dir({"export-key", "-k", key, "-o", file, "--no-passphrase"}), root.options);
    tty.expect("The exported key has no passphrase");
    tty.expect("Key exported: " + file);
    require_end(tty, 0);
    REQUIRE(json_of(root, {"inspect", "-i", file})["password_protected"] == false);
}

TEST_CASE_METHOD(dialog, "delete-key shows what will go and is aborted by no") {
    decline({"delete-key", "-k", key}, "Delete it?", "Deletion aborted.");
    REQUIRE(json_of(root, {"list-keys"})["keys"].size() == 1);
    terminal tty(root.with_config_dir({"delete-key", "-k", key}), root.options);
    tty.expect("This deletes key test-key (" + key + "):");
    tty.expect("the key and its Deltas at ECS local");
    tty.expect("the Alpha and 1 Deltas on this device");
    tty.expect("Delete it? [y/N]: ");
    tty.send("y");
    tty.expect("Delete-key completed for key " + key);
    require_end(tty, 0);
}

TEST_CASE_METHOD(dialog, "fast-forward-claim shows the movement before it asks") {
    const arguments args{"fast-forward-claim", "-k", key, "-c", "500"};
    decline(args, "Use up these positions? They cannot be taken back.", "Operation aborted.");
    terminal tty(root.with_config_dir(args), root.options);
    tty.expect(labelled("Claimed up to", "-1"));
    tty.expect("Remaining capacity:      59,319,000 of 59,319,000");
    tty.expect("New claimed position:    499");
    tty.expect("[y/N]: ");
    tty.send("yes");
    tty.expect("Claimed position moved forward.");
    require_end(tty, 0);
}

TEST_CASE_METHOD(dialog, "import-key-delta warns and asks in the reference's words") {
    const auto uuid = json_of(root, {"list-keys"})["keys"][0]["latest_delta_uuid"].get<std::string>();
    const auto bytes = omegasafe::ecs::ecs_sfc{ecs_file}.download(
        *omegasafe::crypto::parse_uuid(key), *omegasafe::crypto::parse_uuid(uuid));
    const auto file = root.folder() / "delta";
    write_text(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    const arguments args{"import-key-delta", "-i", file.string()};
    decline(args, "Do you want to continue with manual Delta import?", "Operation aborted.");
    {
        terminal tty(root.with_config_dir(args), root.options);
        tty.expect("WARNING: ");
        tty.expect("\r\nDo you want to continue with manual Delta import? [y/N]: ");
        tty.send("y");
        tty.expect("The Delta is already present; nothing was imported.");
        require_end(tty, 0);
    }
    const auto forced = succeed(root, args + arguments{"-f"});
    REQUIRE(forced.err.empty());
    refuse(root, {"import-key-delta", "-i", (root.folder() / "none").string()}, 10, "none");
}

TEST_CASE_METHOD(dialog, "erase-all lists what will go and is aborted by no") {
    decline({"erase-all"}, "Erase all of it?", "Operation aborted.");
    terminal tty(root.with_config_dir({"erase-all"}), root.options);
    tty.expect("This removes forever from this device, with every key in it:");
    for (const auto* name : {"omegasafe_keys.sfc", "local_cache.sfc", "ecs_storage.sfc", "config.ini"})
        tty.expect("  " + (root.path() / name).string());
    tty.expect("Erase all of it? [y/N]: ");
    tty.send("y");
    tty.expect("Removed: " + root.path().string());
    tty.expect("Keyring password: ");
    require_end(tty, 0);
    REQUIRE_FALSE(fs::exists(root.path()));
    REQUIRE(fs::exists(ecs_file));
}

TEST_CASE("init offers the AES-256-GCM layer, and Enter takes it") {
    for (const bool wanted : {true, false}) {
        config_root root;
        terminal tty(root.with_config_dir({"init", "-s"}), root.options);
        tty.expect("Switch it on with a generated password? [Y/n]: ");
        tty.send(wanted ? "" : "n");
        tty.expect("OmegaSafe is initialised.");
        tty.expect(labelled("AES-256-GCM layer", wanted ? "yes" : "no"));
        if (wanted)
            tty.expect("TRADITIONAL_ENC_LAYER_PASS");
        REQUIRE(tty.finish().exit_code == 0);
        root.create_ecs();
        const auto file = sealed(root, root.create_key(), root.make_file("a", 1000), "a.omegasafe");
        REQUIRE(json_of(root, {"inspect", "-i", file.string()})["password_protected"] == wanted);
        REQUIRE(mode_of(root.path() / "config.ini") == owner_only);
    }
    const config_root root; // nobody there to ask: no layer
    REQUIRE(json_of(root, {"init", "-s", "--no-layer"})["traditional_layer"] == false);
}

TEST_CASE_METHOD(dialog, "init that is broken off behind the new configuration does not say that nothing happened") {
    for (const bool at_once : {true, false}) {
        terminal tty(root.with_config_dir({"init", "-o"}), root.options);
        tty.expect("generated password? [Y/n]: ");
        tty.send("n");
        tty.expect("Connect to an HTTP ECS now? [y/N]: ");
        if (!at_once) {
            tty.send("y");
            tty.expect("ECS name: ");
        }
        tty.send_raw("\x04");
        tty.expect("The new configuration is made and complete; add one with create-http-ecs");
        require_end(tty, 3);
        REQUIRE(tty.transcript().find("Operation aborted") == std::string::npos);
        REQUIRE(json_of(root, {"list-keys"})["keys"].empty());
    }
}

TEST_CASE_METHOD(dialog, "without a terminal a missing answer is an error that names the flag") {
    for (const auto& [args, flag] :
        std::vector<std::pair<arguments, std::string>>{{{"edit-ecs", "-e", ecs}, "--new-name or --keep-name"},
            {{"edit-ecs", "-e", ecs, "-p", (root.folder() / "x").string()}, "--move-file or --no-move-file"},
            {{"delete-key", "-k", key}, "--force"}, {{"erase-all"}, "--force"},
            {{"fast-forward-claim", "-k", key, "-c", "1"}, "--force"},
            {{"create-key", "-n", "0.1", "-r", "0.1", "-c", "2"}, "--key-name"},
            {{"create-key", "-k", "x"}, "--nucleus-size-mb"}, {{"create-sfc-ecs", "-n", "x", "-y"}, "--sfc-path"},
            {{"init", "-s"}, "--override-existing"}}) {
        const auto result = root.run(args);
        INFO(args.front() << ": " << result.describe());
        CHECK((result.exit_code == 2 || result.exit_code == 21));
        CHECK(result.err.find(flag) != std::string::npos);
    }
}
