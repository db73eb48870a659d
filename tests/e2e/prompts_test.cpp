// Interactive flows through a pseudo-terminal.
#include "tests/support/config_root.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace omegasafe::test;
namespace fs = std::filesystem;

TEST_CASE("create-sfc-ecs asks for what is missing and repeats a question with the reason") {
    config_root root;
    root.initialise();
    const auto state = root.folder() / "state";
    root.options.env["XDG_STATE_HOME"] = state.string();
    const auto proposed = state / "omegasafe" / "local_claims.sfc";
    terminal tty(root.with_config_dir({"create-sfc-ecs"}), root.options);
    tty.expect("ECS name");
    tty.send(std::string(300, 'x'));
    tty.expect("1 to 255 bytes");
    tty.expect("ECS name");
    tty.send("mine");
    tty.expect("File path [" + proposed.string() + "]");
    CHECK(!fs::exists(state)); // nothing is made before it is chosen
    tty.send("/nonexistent/x.sfc");
    tty.expect("does not exist");
    tty.expect("File path");
    tty.send("");
    tty.expect("not recommended");
    tty.expect("[y/N]");
    tty.send("maybe");
    tty.expect("answer y or n");
    tty.send("y");
    tty.expect("SFC ECS created.");
    REQUIRE(tty.finish().exit_code == 0);
    REQUIRE(fs::exists(proposed));
    CHECK((fs::status(state / "omegasafe").permissions() & fs::perms::all) == fs::perms::owner_all);
}

TEST_CASE("create-sfc-ecs proposes a free path outside the configuration folder and warns of one inside") {
    config_root root;
    root.initialise();
    const auto proposal = [&] {
        terminal tty(root.with_config_dir({"create-sfc-ecs", "-n", "b"}), root.options);
        tty.expect("File path [");
        tty.send_raw("\x04");
        return tty.finish().out;
    };
    const auto create = [&](const std::string& name, const fs::path& path) {
        const auto made = root.run({"create-sfc-ecs", "-n", name, "-p", path.string(), "-y"});
        INFO(made.describe());
        REQUIRE(made.exit_code == 0);
        return made.err;
    };
    const auto home = root.folder() / "home";
    root.options.env["HOME"] = home.string();
    root.options.env["XDG_STATE_HOME"] = "relative"; // not to be used, says its specification
    const auto first = home / ".local" / "state" / "omegasafe" / "local_claims.sfc";
    CHECK_THAT(proposal(), Catch::Contains(first.string() + "]"));
    CHECK(create("first", first).empty());
    CHECK_THAT(proposal(), Catch::Contains("local_claims_2.sfc]"));

    fs::create_directory(root.path() / "inside");
    fs::create_directory_symlink(root.path(), root.folder() / "link");
    for (const auto& inside :
        {root.path() / "a.sfc", root.path() / "inside" / "b.sfc", root.folder() / "link" / "c.sfc"})
        CHECK_THAT(create(inside.stem().string(), inside), Catch::Contains("lies in the configuration folder"));
    CHECK(create("beside", root.folder() / "config.sfc").empty());
}

TEST_CASE("create-sfc-ecs is aborted by no, by end of input and by Ctrl-C") {
    config_root root;
    root.initialise();
    const auto args = root.with_config_dir({"create-sfc-ecs", "-n", "a", "-p", (root.folder() / "a.sfc").string()});
    {
        terminal tty(args, root.options);
        tty.expect("[y/N]");
        tty.send("");
        tty.expect("Operation aborted.");
        REQUIRE(tty.finish().exit_code == 3);
    }
    {
        terminal tty(args, root.options);
        tty.expect("[y/N]");
        tty.send_raw("\x04");
        REQUIRE(tty.finish().exit_code == 3);
    }
    {
        terminal tty(args, root.options);
        tty.expect("[y/N]");
        tty.send_raw("\x03");
        REQUIRE(tty.finish().exit_code == 130);
    }
    REQUIRE_FALSE(fs::exists(root.folder() / "a.sfc"));
}

TEST_CASE("create-key shows presets, notes and the capacity table") {
    config_root root;
    root.initialise();
    root.create_ecs();
    {
        terminal tty(root.with_config_dir({"create-key"}), root.options);
        tty.expect("Key name");
        tty.send("Small one");
        tty.expect("13,545.6 EB");
        tty.expect("MEDIUM / RECOMMENDED is the default preset");
        tty.expect("Key profile");
        tty.send("9");
        tty.expect("Enter 1, 2, 3 or 4.");
        tty.send("1");
        tty.expect("Key profile: SMALL");
        tty.expect("1,239");
        tty.expect("First Delta");
        REQUIRE(tty.finish().exit_code == 0);
    }
    terminal tty(root.with_config_dir({"create-key", "-k", "Custom"}), root.options);
    tty.expect("Key profile");
    tty.send("4");
    tty.expect("909.2 PB");
    tty.expect("Nucleus size in MB");
    tty.send("0.05");
    tty.expect("0.10 to 1.00");
    tty.send("0.10");
    tty.expect("Rotor size in MB");
    tty.send("0.1");
    tty.expect("Number of rotors");
    tty.send("2");
    tty.expect("59.3 MB");
    REQUIRE(tty.finish().exit_code == 0);
}

TEST_CASE("init asks before it overwrites") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto keys_before = read_text(root.path() / "omegasafe_keys.sfc");
    const auto refused = root.run({"init", "-s"});
    REQUIRE(refused.exit_code == 21);
    REQUIRE(refused.err.find("--override-existing") != std::string::npos);
    REQUIRE(root.run({"init", "-s", "-x"}).exit_code == 21);
    {
        terminal tty(root.with_config_dir({"init"}), root.options);
        tty.expect("already a configuration in " + root.path().string());
        tty.expect("[y/N]");
        tty.send("n");
        tty.expect("Operation aborted.");
        REQUIRE(tty.finish().exit_code == 3);
    }
    REQUIRE(read_text(root.path() / "omegasafe_keys.sfc") == keys_before);
    terminal tty(root.with_config_dir({"init"}), root.options);
    tty.expect("[y/N]");
    tty.send("y");
    tty.expect("generated password? [Y/n]");
    tty.send("n");
    tty.expect("OmegaSafe is initialised.");
    tty.expect("HTTP ECS now?");
    tty.send("n");
    tty.expect("Next: omegasafe create-http-ecs");
    REQUIRE(tty.finish().exit_code == 0);
    REQUIRE(root.run({"list-keys", "-j", "-l", "WARNING"}).out.find(key) == std::string::npos);
}

TEST_CASE("init without a keyring says how to go on") {
    config_root root;
    root.options.env.erase("OMEGASAFE_CONFIG_PASSWORD");
    const auto result = root.run({"init", "-s"});
    INFO(result.describe());
    REQUIRE(result.exit_code == 81);
    REQUIRE(result.err.find("OMEGASAFE_CONFIG_PASSWORD") != std::string::npos);
    REQUIRE(fs::is_empty(root.path()));
}

TEST_CASE("init takes the password from a file that only its owner can read") {
    config_root root;
    root.options.env.erase("OMEGASAFE_CONFIG_PASSWORD");
    const auto file = root.folder() / "password";
    write_text(file, "a password of mine\n");
    root.options.env["OMEGASAFE_CONFIG_PASSWORD_FILE"] = file.string();
    fs::permissions(file, fs::perms::owner_read | fs::perms::group_read);
    const auto refused = root.run({"init", "-s"});
    INFO(refused.describe());
    REQUIRE(refused.exit_code == 30);
    REQUIRE(refused.err.find(file.string()) != std::string::npos);
    fs::permissions(file, fs::perms::owner_read);
    REQUIRE(root.run({"init", "-s"}).exit_code == 0);
    root.options.env = {{"OMEGASAFE_CONFIG_PASSWORD", "a password of mine"}};
    REQUIRE(root.run({"list-keys"}).exit_code == 0);
}

TEST_CASE("files of any size are encrypted, decrypted and verified on a terminal") {
    config_root root;
    const auto key = root.initialise_with_key();
    for (const std::size_t size : {0, 5, 100'000, 3'000'000}) {
        const auto file = root.make_file("data", size);
        const auto sealed = (root.folder() / "sealed").string();
        for (const arguments& args :
            {arguments{"encrypt", "-i", file.string(), "-k", key, "-f", "sealed", "--overwrite"},
                {"verify", "-i", sealed}, {"decrypt", "-i", sealed, "-f", "back", "--overwrite"}}) {
            terminal tty(root.with_config_dir(args), root.options);
            const auto shown = tty.finish();
            INFO(args.front() << " " << size << ": " << shown.out);
            REQUIRE(shown.exit_code == 0);
            REQUIRE(shown.out.find("successfully") != std::string::npos);
        }
        REQUIRE(read_text(root.folder() / "back") == read_text(file));
    }
}

TEST_CASE("progress shows on a terminal and not in a pipe") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("data", 40'000'000);
    const auto piped = root.run({"encrypt", "-i", file.string(), "-k", key});
    REQUIRE(piped.err.empty());
    REQUIRE(piped.out.find('\r') == std::string::npos);
    terminal tty(root.with_config_dir({"encrypt", "-i", file.string(), "-k", key}), root.options);
    const auto shown = tty.finish();
    REQUIRE(shown.exit_code == 0);
    REQUIRE(shown.out.find("Encrypting") != std::string::npos);
    REQUIRE(shown.out.find("File encrypted successfully") != std::string::npos);
}
