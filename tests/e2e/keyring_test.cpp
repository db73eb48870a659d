// init and later commands with a real desktop keyring; run through tests/support/with-keyring.
#include "tests/support/config_root.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace omegasafe::test;
namespace fs = std::filesystem;

TEST_CASE("init generates a password into the keyring, reuses it and replaces it", "[keyring]") {
    keyring_config_root root{"omegasafe-e2e"};
    const auto made = root.run({"init", "-s"});
    INFO(made.describe());
    REQUIRE(made.exit_code == 0);
    REQUIRE(made.out.find("generated and stored in the system keyring") != std::string::npos);
    root.create_ecs();
    const auto key = root.create_key();
    const auto file = root.make_file("a.txt", 1000);
    REQUIRE(root.run({"encrypt", "-i", file.string(), "-k", key}).exit_code == 0);

    // Other labels are another profile: its password does not exist.
    auto other = root.options;
    other.env["OMEGASAFE_KEYRING_SECRET_NAME"] = "ANOTHER_SECRET";
    REQUIRE(run(root.with_config_dir({"list-keys"}), other).exit_code == 30);

    const auto undecided = root.run({"init", "-s", "-o"});
    REQUIRE(undecided.exit_code == 2);
    REQUIRE(undecided.err.find("--reuse-password or --new-password") != std::string::npos);
    REQUIRE(root.run({"list-keys"}).out.find(key) != std::string::npos);

    REQUIRE(root.run({"init", "-s", "-o", "-r"}).out.find("reused from the system keyring") != std::string::npos);
    REQUIRE(root.run({"list-keys"}).exit_code == 0);
    const auto keys = read_text(root.path() / "omegasafe_keys.sfc");
    REQUIRE(root.run({"init", "-s", "-o", "-p"}).out.find("generated and stored") != std::string::npos);
    REQUIRE(root.run({"list-keys"}).exit_code == 0);
    write_text(root.path() / "omegasafe_keys.sfc", keys); // sealed with the old password
    REQUIRE(root.run({"list-keys"}).exit_code == 31);
    {
        terminal tty(root.with_config_dir({"init", "-s", "-o"}), root.options);
        tty.expect("generated password? [Y/n]");
        tty.send("n");
        tty.expect("Reuse it? [Y/n]");
        tty.send("");
        tty.expect("reused from the system keyring");
        REQUIRE(tty.finish().exit_code == 0);
    }
}

TEST_CASE("init changes the keyring last, so a failure leaves the password of what there is", "[keyring]") {
    const keyring_config_root root{"omegasafe-last"};
    REQUIRE(root.run({"init", "-s"}).exit_code == 0);
    fs::rename(root.path() / "ecs_storage.sfc", root.folder() / "kept");
    fs::create_directory(root.path() / "ecs_storage.sfc"); // the third container cannot be written
    fs::create_directory(root.path() / "ecs_storage.sfc" / "in the way");
    const auto keys = read_text(root.path() / "local_cache.sfc");
    const auto failed = root.run({"init", "-s", "-o", "-p"});
    INFO(failed.describe());
    REQUIRE(failed.exit_code != 0);
    REQUIRE(failed.exit_code != 1);
    fs::remove_all(root.path() / "ecs_storage.sfc");
    fs::rename(root.folder() / "kept", root.path() / "ecs_storage.sfc");
    REQUIRE(root.run({"list-ecs"}).exit_code == 0); // with the password that the keyring had before
}

TEST_CASE("reuse-password without a password in the keyring is an error, and nothing is made", "[keyring]") {
    const keyring_config_root root{"omegasafe-none"};
    const auto refused = root.run({"init", "-s", "-r"});
    INFO(refused.describe());
    REQUIRE(refused.exit_code == 30);
    REQUIRE(refused.err.find("leave --reuse-password out") != std::string::npos);
    REQUIRE(fs::is_empty(root.path()));
}

TEST_CASE("a locked keyring is to be unlocked, and nothing says to make a new configuration", "[.locked_keyring]") {
    const keyring_config_root root{"omegasafe-locked"};
    REQUIRE(root.run({"init", "-s"}).exit_code == 0);
    lock_keyring();
    for (const auto& args :
        std::vector<arguments>{{"list-ecs"}, {"init", "-s", "-o", "-r"}, {"init", "-s", "-o", "-p"}}) {
        const auto refused = root.run(args);
        INFO(refused.describe());
        CHECK(refused.exit_code == 81);
        CHECK(refused.err.find("is locked; unlock it") != std::string::npos);
        CHECK(refused.err.find("omegasafe init") == std::string::npos);
    }
}
