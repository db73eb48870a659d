// An empty value on the command line is never the default: every option of every command of both programs.
#include "tests/e2e/e2e_support.hpp"
#include "tests/support/ecs_server.hpp"

#include <regex>
#include <set>
#include <sstream>

using namespace omegasafe::test;

namespace {

/// Where an empty value has a meaning: it clears what there is, or lets the environment speak.
const std::set<std::string> may_be_empty{"--remote-path", "--traditional-enc-layer-pass", "--update-api-key"};

struct program_options {
    std::string program;
    run_options options;

    explicit program_options(const fs::path& path) : program(path.filename()) { options.program = path; }

    run_result start(const arguments& args) const { return run(args, options); }
    std::string help_of(arguments command) const {
        command.emplace_back("--help");
        return start(command).out;
    }
};

std::vector<std::string> found(const std::string& help, const char* pattern) {
    std::vector<std::string> all;
    std::istringstream lines{help};
    const std::regex wanted{pattern};
    std::smatch match;
    for (std::string line; std::getline(lines, line);)
        if (std::regex_search(line, match, wanted))
            all.push_back(match[1]);
    return all;
}

/// Command lines of all commands below `group`, which has commands of its own or is one.
std::vector<arguments> commands_of(const program_options& program, const arguments& group = {}) {
    const auto help = program.help_of(group);
    const auto at = help.find("Subcommands:");
    if (at == std::string::npos)
        return {group};
    std::vector<arguments> all;
    for (const auto& name : found(help.substr(at), "^  ([a-z][a-z-]*)"))
        for (auto& command : commands_of(program, group + arguments{name}))
            all.push_back(std::move(command));
    return all;
}

void require_refusal(const program_options& program, const arguments& args, const std::string& option) {
    const auto result = program.start(args);
    INFO(program.program << " " << args.front() << ": " << result.describe());
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(result.err.find(option + ": The value is empty; give one, or leave the option out") != std::string::npos);
}

/// The number of options that were tried.
int require_that_nothing_empty_is_taken(const program_options& program) {
    int tried = 0;
    for (const auto& command : commands_of(program)) {
        const auto help = program.help_of(command);
        for (const auto& option : found(help, "^  (?:-[A-Za-z],)?(--[a-z-]+) TEXT")) {
            if (!may_be_empty.contains(option))
                require_refusal(program, command + arguments{option, ""}, option);
            require_refusal(program, command + arguments{option + "=", "next-word"}, option);
            ++tried;
        }
        for (const auto& positional : found(help, "^  ([a-z]+) TEXT REQUIRED"))
            require_refusal(program, command + arguments{""}, positional);
    }
    return tried;
}

} // namespace

TEST_CASE("omegasafe refuses every option with an empty value") {
    CHECK(require_that_nothing_empty_is_taken(program_options{omegasafe_binary()}) > 100);
}

TEST_CASE("omegasafe-ecs refuses every option with an empty value") {
    CHECK(require_that_nothing_empty_is_taken(program_options{ecs_binary()}) > 20);
}

TEST_CASE("an empty config-dir never reaches the configuration in the home folder") {
    config_root root;
    root.options.env["HOME"] = root.folder().path().string();
    REQUIRE(run({"init", "-s"}, root.options).exit_code == 0);
    const auto keys = root.folder() / ".omegasafe" / "omegasafe_keys.sfc";
    for (const auto& folder : std::vector<arguments>{{"-d", ""}, {"--config-dir", ""}, {"--config-dir="}}) {
        CHECK(run(arguments{"erase-all"} + folder + arguments{"-f"}, root.options).exit_code == 2);
        REQUIRE(fs::exists(keys));
    }
}
