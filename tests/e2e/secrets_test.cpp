// Secrets that nobody types, and weak ones.
#include "tests/support/config_root.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* password_variable = "OMEGASAFE_CONFIG_PASSWORD";
constexpr const char* layer_variable = "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS";
constexpr const char* layer_file_variable = "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS_FILE";
constexpr const char* layer_command_variable = "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS_COMMAND";

bool says(const run_result& result, std::string_view words) {
    return result.err.find(words) != std::string::npos;
}

} // namespace

TEST_CASE("a password that is easily guessed is taken, and told without repeating it") {
    config_root root;
    root.options.env[password_variable] = "Password123";
    const auto made = root.run({"init", "-s"});
    INFO(made.describe());
    CHECK(made.exit_code == 0);
    CHECK(says(made, "The configuration password is weak"));
    CHECK_FALSE(says(made, "Password123"));

    const auto set = root.run({"set-config", "-t", "Password123"});
    CHECK(set.exit_code == 0);
    CHECK(says(set, "The layer password is weak"));
    CHECK_FALSE(says(set, "Password123"));
    CHECK_FALSE(says(root.run({"set-config", "-t", "tinker-velvet-canyon-9-umbrella"}), "is weak"));
    CHECK(root.run({"set-config", "-t", ""}).err.empty());

    root.create_ecs();
    const auto key = root.create_key();
    const auto file = root.folder() / "layer";
    write_text(file, "Password123\n");
    fs::permissions(file, fs::perms::owner_read);
    const auto edited = root.run({"edit-key", "-k", key, "--layer-password-file", file.string()});
    CHECK(edited.exit_code == 0);
    CHECK(says(edited, "The layer password is weak"));
    CHECK_FALSE(says(edited, "Password123"));
}

TEST_CASE("a process substitution holds the configuration password, also for init, which needs it twice") {
    config_root root;
    const auto password = root.options.env[password_variable];
    root.options.env.erase(password_variable);
    auto words = root.with_config_dir({"init", "-s"});
    words.insert(words.begin(), {"-c", "OMEGASAFE_CONFIG_PASSWORD_FILE=<(echo '" + password + "') exec \"$0\" \"$@\"",
                                    omegasafe_binary().string()});
    auto by_shell = root.options;
    by_shell.program = "bash";
    const auto made = run(words, by_shell);
    INFO(made.describe());
    REQUIRE(made.exit_code == 0);
    root.options.env[password_variable] = password;
    CHECK(root.run({"list-keys"}).exit_code == 0);
}

TEST_CASE("commands print the configuration password and the layer password") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("data", 1000);
    root.options.env["OMEGASAFE_CONFIG_PASSWORD_COMMAND"] = "echo '" + root.options.env[password_variable] + "'";
    root.options.env[password_variable] = "";
    root.options.env[layer_command_variable] = "printf layer-pass-1";
    REQUIRE(root.run({"encrypt", "-i", file.string(), "-k", key, "-f", "sealed"}).exit_code == 0);
    root.options.env.erase(layer_command_variable);
    const auto sealed = (root.folder() / "sealed").string();
    const auto verified = root.run({"verify", "-i", sealed});
    CHECK(verified.exit_code == 0); // the password is remembered
    CHECK(verified.out.find("AES-256-GCM layer: yes") != std::string::npos);
    root.options.env["OMEGASAFE_CONFIG_PASSWORD_COMMAND"] = "exit 3";
    const auto failed = root.run({"list-keys"});
    CHECK(failed.exit_code == 30);
    CHECK(says(failed, "The command in OMEGASAFE_CONFIG_PASSWORD_COMMAND failed"));
}

TEST_CASE("a layer password that is named and not there stops the command, instead of leaving the layer out") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("data", 1000);
    root.options.env[layer_file_variable] = "/nonexistent/layer";
    const auto refused = root.run({"encrypt", "-i", file.string(), "-k", key, "-f", "sealed"});
    INFO(refused.describe());
    CHECK(refused.exit_code == 32);
    CHECK(says(refused, "/nonexistent/layer"));
    CHECK_FALSE(fs::exists(root.folder() / "sealed"));
}
