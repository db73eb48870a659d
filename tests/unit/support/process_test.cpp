#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

using namespace omegasafe::test;

namespace {

run_result shell(const std::string& script, run_options options = {}) {
    options.program = "sh";
    return run({"-c", script}, options);
}

} // namespace

TEST_CASE("A program's exit code and streams arrive apart") {
    const auto result = shell("echo out; echo err >&2; exit 7");
    CHECK(result.exit_code == 7);
    CHECK(result.signal == 0);
    CHECK(result.out == "out\n");
    CHECK(result.err == "err\n");
}

TEST_CASE("A program gets its input, however long, and its folder") {
    run_options options;
    options.input = std::string(1'000'000, 'x');
    options.directory = "/";
    const auto result = shell("pwd; wc -c", options);
    CHECK(result.out == "/\n1000000\n");
    CHECK(shell("exit 3", options).exit_code == 3); // input that nobody reads
}

TEST_CASE("The environment is what the test gives") {
    ::setenv("OMEGASAFE_OFFLINE_MODE", "TRUE", 1);
    run_options options;
    options.env = {{"GIVEN", "1"}};
    const auto result = shell("env", options);
    ::unsetenv("OMEGASAFE_OFFLINE_MODE");
    CHECK(result.out.find("OMEGASAFE_") == std::string::npos);
    CHECK(result.out.find("HOME=/nonexistent\n") != std::string::npos);
    CHECK(result.out.find("GIVEN=1\n") != std::string::npos);
}

TEST_CASE("Signals and time-outs are told apart") {
    CHECK(shell("kill -TERM $$").signal == SIGTERM);
    run_options options;
    options.timeout = std::chrono::milliseconds(200);
    const auto result = shell("exec sleep 60", options);
    CHECK(result.timed_out);
    CHECK(result.signal == SIGKILL);
    options.program = "/nonexistent/program";
    CHECK(run({}, options).exit_code == 127);
}

TEST_CASE("A terminal is conversed with") {
    run_options options;
    options.program = "sh";
    terminal sh(
        {"-c", "test -t 0 && test -t 1 || exit 9; printf 'name? '; read name; echo hello $name; exit 4"}, options);
    sh.expect("name? ");
    sh.send("Ada");
    sh.expect("hello Ada");
    const auto result = sh.finish();
    CHECK(result.exit_code == 4);
    CHECK(result.out.find("hello Ada\r\n") != std::string::npos);
}

TEST_CASE("A terminal that does not say what was expected is an error with what it said") {
    run_options options;
    options.program = "sh";
    terminal sh({"-c", "echo something else"}, options);
    CHECK_THROWS_WITH(sh.expect("name? "), Catch::Contains("something else"));
}

TEST_CASE("A temporary folder goes away with all it holds") {
    std::filesystem::path path;
    {
        const temp_dir folder;
        path = folder.path();
        std::filesystem::create_directories(folder / "a/b");
        write_text(folder / "a/b/c", "text");
        CHECK(read_text(folder / "a/b/c") == "text");
        std::filesystem::permissions(folder / "a", std::filesystem::perms::none);
    }
    CHECK_FALSE(std::filesystem::exists(path));
}
