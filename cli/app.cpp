#include "cli/app.hpp"

#include "cli/commands.hpp"
#include "cli/show/json_output.hpp"
#include "cli/terminal/logging.hpp"
#include "cli/text.hpp"
#include "wire/command_line.hpp"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <omegasafe/client.hpp>
#include <string_view>

namespace omegasafe::cli {

namespace {

struct command_entry {
    std::string_view name;
    void (*add)(CLI::App& app);
};

/// In the order of --help.
constexpr command_entry commands[] = {
    {"init", add_init},
    {"set-config", add_set_config},
    {"erase-all", add_erase_all},
    {"create-key", add_create_key},
    {"list-keys", add_list_keys},
    {"view-key", add_view_key},
    {"edit-key", add_edit_key},
    {"delete-key", add_delete_key},
    {"export-key", add_export_key},
    {"import-key", add_import_key},
    {"import-key-delta", add_import_key_delta},
    {"pull-missing-deltas", add_pull_missing_deltas},
    {"key-storage-limits", add_key_storage_limits},
    {"list-ecs", add_list_ecs},
    {"create-http-ecs", add_create_http_ecs},
    {"create-sfc-ecs", add_create_sfc_ecs},
    {"edit-ecs", add_edit_ecs},
    {"export-ecs", add_export_ecs},
    {"import-ecs", add_import_ecs},
    {"list-ecs-storages", add_list_ecs_storages},
    {"view-ecs-storage", add_view_ecs_storage},
    {"create-ecs-storage", add_create_ecs_storage},
    {"edit-ecs-storage", add_edit_ecs_storage},
    {"delete-ecs-storage", add_delete_ecs_storage},
    {"share-key", add_share_key},
    {"list-invites", add_list_invites},
    {"accept-invite", add_accept_invite},
    {"revoke-share", add_revoke_share},
    {"fast-forward-claim", add_fast_forward_claim},
    {"encrypt", add_encrypt},
    {"decrypt", add_decrypt},
    {"encrypt-tree", add_encrypt_tree},
    {"decrypt-tree", add_decrypt_tree},
    {"verify", add_verify},
    {"inspect", add_inspect},
    {"speed", add_speed},
};

/// Where "" clears what there is, or means that the environment has it.
constexpr std::string_view options_that_may_be_empty[] = {
    "--remote-path", "--traditional-enc-layer-pass", "--update-api-key"};

/// A command line that begins with a command's name gets that command alone: the flags of all the others cost more than
/// encrypting a small file.
void add_commands(CLI::App& app, std::string_view first_word) {
    const bool named = std::ranges::any_of(commands, [&](const auto& entry) { return entry.name == first_word; });
    for (const auto& entry : commands)
        if (!named || entry.name == first_word)
            entry.add(app);
}

bool json_wanted(const CLI::App& app, int argc, char** argv) {
    for (const auto* command : app.get_subcommands())
        if (command->count("--json") > 0)
            return true;
    // When parsing failed before it came to the flag.
    return std::any_of(argv + 1, argv + argc, [](std::string_view word) { return word == "--json" || word == "-j"; });
}

/// Returns the exit code.
int report(const failure& problem, bool as_json) {
    const auto code = problem.code();
    if (as_json)
        print_json({{"schema_version", schema_version}, {"error", json_error(problem)}});
    if (code != errc::aborted)
        log_error(problem.what());
    else if (!as_json)
        print(problem.what()); // the user's own choice is an outcome, not an error
    return exit_code(code);
}

bool is_option_name(std::string_view word) {
    return word.starts_with('-') && std::ranges::all_of(word, [](char c) {
        return c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
}

/// CLI11 repeats what it cannot use. A word behind a flag may be a password, so only names of options are repeated.
std::string sentence_of(const CLI::App& app, const CLI::ParseError& problem) {
    if (dynamic_cast<const CLI::ConversionError*>(&problem) != nullptr) {
        const std::string text = problem.what(); // "Could not convert: NAME = VALUE"
        const auto name = text.substr(0, text.find(" = ")).substr(text.rfind(": ", text.find(" = ")) + 2);
        return is_option_name(name) ? name + " does not take the value that it was given"
                                    : "An option does not take the value that it was given";
    }
    if (dynamic_cast<const CLI::ExtrasError*>(&problem) == nullptr)
        return problem.what();
    std::string names;
    for (const auto& word : app.remaining(true))
        if (const auto name = word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
            is_option_name(name))
            names += (names.empty() ? "" : ", ") + name;
    return names.empty() ? "There is an argument that was not expected" : "There is no option " + names;
}

failure usage_failure(const CLI::App& app, const CLI::ParseError& problem, std::string_view first_word) {
    const bool known = std::ranges::any_of(commands, [&](const auto& entry) { return entry.name == first_word; });
    if (!known && !first_word.empty() && !first_word.starts_with('-'))
        return {errc::usage, fmt::format("There is no command '{}' ('omegasafe --help' lists them)", first_word)};
    const auto name = "omegasafe" + (known ? " " + std::string{first_word} : "");
    return {errc::usage, fmt::format("{} ('{} --help' lists what it takes)", sentence_of(app, problem), name)};
}

int parse_and_run(CLI::App& app, int argc, char** argv) {
    try {
        wire::parse_command_line(app, argc, argv, options_that_may_be_empty);
        return 0;
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::RuntimeError& reported) {
        return reported.get_exit_code(); // the command has said itself what went wrong
    } catch (const CLI::ParseError& problem) {
        return report(usage_failure(app, problem, argc > 1 ? argv[1] : ""), json_wanted(app, argc, argv));
    } catch (const failure& problem) {
        return report(problem, json_wanted(app, argc, argv));
    } catch (const std::exception& problem) {
        return report({errc::internal, fmt::format("Something went wrong that should not have: {}", problem.what())},
            json_wanted(app, argc, argv));
    }
}

} // namespace

int run(int argc, char** argv) {
    set_up_logging("INFO");
    CLI::App app{"Encrypts files with rotor-chain keys whose positions are never used twice.", "omegasafe"};
    app.set_version_flag("-V,--version", "omegasafe " + std::string{version()});
    app.require_subcommand(1);
    add_commands(app, argc > 1 ? argv[1] : "");
    const int code = parse_and_run(app, argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        log_error("The output could not be written completely.");
        return code == 0 ? exit_code(errc::io_failed) : code;
    }
    return code;
}

} // namespace omegasafe::cli
