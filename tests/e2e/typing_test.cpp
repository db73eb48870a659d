// What is typed at a hidden question, and the terminal's echo afterwards.
#include "tests/support/config_root.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <termios.h>
#include <unistd.h>

using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

struct exporting : config_root {
    std::string key = initialise_with_key();
    fs::path exported = folder() / "exported";

    arguments export_key() const { return with_config_dir({"export-key", "-k", key, "-o", exported.string()}); }

    /// export-key by a shell that shows the name of its terminal and then runs `script`.
    arguments by_shell(const std::string& script = "exec \"$0\" \"$@\"") const {
        auto words = export_key();
        words.insert(words.begin(), {"-c", "echo on $(tty).; " + script, omegasafe_binary().string()});
        return words;
    }
    run_options shell() const {
        auto same = options;
        same.program = "bash";
        return same;
    }
};

/// A look at the terminal of a program, which stays one after the program has ended.
class looked_at {
public:
    explicit looked_at(terminal& tty) {
        tty.expect("on ");
        auto shown = tty.expect(".");
        shown.pop_back();
        device_ = ::open(shown.c_str(), O_RDONLY | O_NOCTTY);
        REQUIRE(device_ >= 0);
    }
    ~looked_at() { ::close(device_); }
    looked_at(const looked_at&) = delete;
    looked_at& operator=(const looked_at&) = delete;

    bool echoes() const {
        termios mode{};
        REQUIRE(::tcgetattr(device_, &mode) == 0);
        return (mode.c_lflag & ECHO) != 0;
    }

private:
    int device_ = -1;
};

} // namespace

TEST_CASE_METHOD(exporting, "a passphrase is the same typed and in a file, with its outer spaces") {
    terminal tty(export_key(), options);
    for (const auto* question : {"Passphrase", "The same again"}) {
        tty.expect(question);
        tty.send("  two spaces, and a tab\t");
    }
    const auto shown = tty.finish();
    REQUIRE(shown.exit_code == 0);
    CHECK(shown.out.find("two spaces") == std::string::npos);

    const auto listed = run({"list-ecs", "-j"}).out;
    const auto ecs = listed.substr(listed.find("\"ecs_uuid\": \"") + 13, 36);
    const auto file = folder() / "phrase";
    for (const auto& [phrase, exit_code] :
        {std::pair{"two spaces, and a tab\n", 31}, {"  two spaces, and a tab\t\n", 0}}) {
        write_text(file, phrase);
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
        const auto imported =
            run({"import-key", "-e", ecs, "-i", exported.string(), "--passphrase-file", file.string()});
        INFO(imported.describe());
        CHECK(imported.exit_code == exit_code);
    }
}

TEST_CASE_METHOD(exporting, "the terminal echoes again when a hidden question is ended by a signal") {
    const int ending = GENERATE(SIGINT, SIGTERM, SIGHUP, SIGQUIT);
    terminal tty(by_shell(), shell());
    const looked_at mode{tty};
    tty.expect("Passphrase");
    REQUIRE_FALSE(mode.echoes());
    tty.kill(ending);
    CHECK(tty.finish().exit_code == 128 + ending);
    CHECK(mode.echoes());
    CHECK_FALSE(fs::exists(exported));
}

TEST_CASE_METHOD(exporting, "the terminal echoes again when a hidden question is answered, or ended by a key") {
    const auto [typed, exit_code] =
        GENERATE(table<std::string, int>({{"\x03", 130}, {"\x1c", 131}, {"\x04", 3}, {"\n", 0}}));
    terminal tty(by_shell(), shell());
    const looked_at mode{tty};
    tty.expect("Passphrase");
    REQUIRE_FALSE(mode.echoes());
    tty.send_raw(typed);
    CHECK(tty.finish().exit_code == exit_code);
    CHECK(mode.echoes());
}

TEST_CASE_METHOD(exporting, "the terminal echoes while a hidden question is suspended, and not when it goes on") {
    // A shell with jobs: what nobody could continue is not suspended.
    terminal tty(by_shell("set -m; \"$0\" \"$@\"; echo suspended; read -r; fg"), shell());
    const looked_at mode{tty};
    tty.expect("Passphrase");
    REQUIRE_FALSE(mode.echoes());
    tty.send_raw("half of it\x1a");
    tty.expect("suspended");
    CHECK(mode.echoes());
    tty.send("");
    tty.expect("Passphrase");
    CHECK_FALSE(mode.echoes());
    tty.send("a passphrase");
    tty.expect("The same again");
    tty.send("a passphrase");
    CHECK(tty.finish().exit_code == 0);
    CHECK(tty.transcript().find("half of it") == std::string::npos);
}

#ifndef __SANITIZE_ADDRESS__ // under which nothing is locked
TEST_CASE_METHOD(exporting, "memory that cannot be locked is told once") {
    const auto file = make_file("data", 100'000);
    auto words = with_config_dir({"encrypt", "-i", file.string(), "-k", key});
    // Root may lock all the same, unless it gives up the right to.
    words.insert(words.begin(), {"-c",
                                    std::string{"ulimit -l 0; exec "} +
                                        (::geteuid() == 0 ? "setpriv --bounding-set=-ipc_lock " : "") + "\"$0\" \"$@\"",
                                    omegasafe_binary().string()});
    const auto result = omegasafe::test::run(words, shell());
    INFO(result.describe());
    CHECK(result.exit_code == 0);
    const auto told = result.err.find("could not be locked");
    REQUIRE(told != std::string::npos);
    CHECK(result.err.find("could not be locked", told + 1) == std::string::npos);
}
#endif
