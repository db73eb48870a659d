#include "cli/app.hpp"

#include "cli/command.hpp"
#include "cli/logging.hpp"
#include <cstdio>
#include <spdlog/spdlog.h>

namespace omegasafe::cli {

namespace {

void report(const failure& problem) {
    if (problem.code() == errc::aborted)
        print(problem.what()); // the user's own choice is an outcome, not an error
    else
        spdlog::error("{}", problem.what());
}

int report_usage(const CLI::App& app, const CLI::ParseError& problem) {
    std::string name = "omegasafe";
    for (const auto* command : app.get_subcommands())
        name += " " + command->get_name();
    spdlog::error("{} ('{} --help' lists what it takes)", problem.what(), name);
    return exit_code(errc::usage);
}

int parse_and_run(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return 0;
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::ParseError& problem) {
        return report_usage(app, problem);
    } catch (const failure& problem) {
        report(problem);
        return exit_code(problem.code());
    } catch (const std::exception& problem) {
        spdlog::error("Something went wrong that should not have: {}", problem.what());
        return exit_code(errc::internal);
    }
}

} // namespace

int run(int argc, char** argv) {
    set_up_logging("INFO");
    CLI::App app{"Encrypts and decrypts files with rotor-chain keys whose positions are claimed once and never reused.",
        "omegasafe"};
    app.set_version_flag("-V,--version", std::string{"omegasafe "} + OMEGASAFE_VERSION);
    app.require_subcommand(1);
    for (const auto add : {add_init, add_create_sfc_ecs, add_create_key, add_list_keys, add_list_ecs, add_encrypt,
             add_decrypt, add_inspect, add_verify})
        add(app);
    const int code = parse_and_run(app, argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        spdlog::error("The output could not be written completely.");
        return code == 0 ? exit_code(errc::io_failed) : code;
    }
    return code;
}

} // namespace omegasafe::cli
