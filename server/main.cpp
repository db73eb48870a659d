// omegasafe-ecs: the self-hosted External Claims Storage.
#include "crypto/process_memory.hpp"
#include "crypto/shown_text.hpp"
#include "server/commands/command.hpp"
#include "server/refusal.hpp"
#include "wire/command_line.hpp"
#include <csignal>
#include <cstdio>
#include <omegasafe/error.hpp>
#include <soci/error.h>
#include <sys/stat.h>

namespace {

int report(omegasafe::errc code, const std::string& sentence) {
    std::fprintf(stderr, "omegasafe-ecs: error: %s\n", omegasafe::crypto::shown_line(sentence).c_str());
    return omegasafe::exit_code(code);
}

int run(CLI::App& app, int argc, char** argv) {
    using omegasafe::errc;
    try {
        omegasafe::wire::parse_command_line(app, argc, argv);
        return 0;
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::ParseError& problem) {
        return report(errc::usage, std::string{problem.what()} + " ('omegasafe-ecs --help' lists what it takes)");
    } catch (const omegasafe::failure& problem) {
        return report(problem.code(), problem.what());
    } catch (const omegasafe::server::refusal& problem) {
        return report(errc::ecs_rejected, problem.what());
    } catch (const soci::soci_error& problem) {
        return report(errc::ecs_unavailable, std::string{"The database failed: "} + problem.what());
    } catch (const std::exception& problem) {
        return report(errc::internal, std::string{"Something went wrong that should not have: "} + problem.what());
    }
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    omegasafe::crypto::keep_memory_private();
    ::umask(0077);
    CLI::App app{"The self-hosted External Claims Storage of omegasafe.", "omegasafe-ecs"};
    app.set_version_flag("-V,--version", std::string{"omegasafe-ecs "} + OMEGASAFE_VERSION);
    app.require_subcommand(1);
    using namespace omegasafe::server;
    add_init(app);
    add_serve(app);
    add_user_commands(app);
    add_api_key_commands(app);
    add_listing_commands(app);
    add_upkeep_commands(app);
    return run(app, argc, argv);
}
