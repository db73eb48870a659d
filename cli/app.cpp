#include "cli/app.hpp"

#include "cli/command.hpp"
#include "cli/json_output.hpp"
#include "cli/logging.hpp"
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace omegasafe::cli {

namespace {

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
        spdlog::error("{}", problem.what());
    else if (!as_json)
        print(problem.what()); // the user's own choice is an outcome, not an error
    return exit_code(code);
}

failure usage_failure(const CLI::App& app, const CLI::ParseError& problem) {
    std::string name = "omegasafe";
    for (const auto* command : app.get_subcommands())
        name += " " + command->get_name();
    return {errc::usage, fmt::format("{} ('{} --help' lists what it takes)", problem.what(), name)};
}

int parse_and_run(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return 0;
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::RuntimeError& reported) {
        return reported.get_exit_code(); // the command has said itself what went wrong
    } catch (const CLI::ParseError& problem) {
        return report(usage_failure(app, problem), json_wanted(app, argc, argv));
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
    app.set_version_flag("-V,--version", std::string{"omegasafe "} + OMEGASAFE_VERSION);
    app.require_subcommand(1);
    for (const auto add :
        {add_init, add_set_config, add_erase_all, add_create_key, add_list_keys, add_view_key, add_edit_key,
            add_delete_key, add_export_key, add_import_key, add_import_key_delta, add_pull_missing_deltas,
            add_key_storage_limits, add_list_ecs, add_create_http_ecs, add_create_sfc_ecs, add_edit_ecs, add_export_ecs,
            add_import_ecs, add_list_ecs_storages, add_ecs_storage_commands, add_fast_forward_claim, add_encrypt,
            add_decrypt, add_encrypt_tree, add_decrypt_tree, add_verify, add_inspect, add_speed})
        add(app);
    const int code = parse_and_run(app, argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        spdlog::error("The output could not be written completely.");
        return code == 0 ? exit_code(errc::io_failed) : code;
    }
    return code;
}

} // namespace omegasafe::cli
