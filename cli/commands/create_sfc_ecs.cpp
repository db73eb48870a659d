// omegasafe create-sfc-ecs: a local file as External Claims Storage.
#include "cli/ask/sfc_path.hpp"
#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"
#include "cli/terminal/logging.hpp"
#include "cli/terminal/terminal.hpp"

namespace omegasafe::cli {

namespace {

struct create_sfc_ecs_options {
    std::string name, path;
    bool confirm = false, decline = false;
};

constexpr const char* sfc_warning = "An SFC ECS is one local file. It is not recommended for several devices or\n"
                                    "concurrent use: whoever restores an old copy of it can use positions twice.";

std::string require_name(const create_sfc_ecs_options& options) {
    if (options.name.empty())
        return ask_line("ECS name", "--ecs-name", name_problem, "local-sfc");
    if (const auto problem = name_problem(options.name))
        throw failure(errc::usage, "--ecs-name: " + *problem);
    return options.name;
}

/// `proposed` lies in a folder that may still have to be made.
std::optional<std::string> unused_path_problem(client& client, const std::string& path, const std::string& proposed) {
    if (auto problem = path == proposed ? std::nullopt : file_path_problem(path))
        return problem;
    if (!client.free_for_sfc_ecs(path))
        return "There is already a file " + path + "; choose another path.";
    return std::nullopt;
}

std::string require_path(client& client, const create_sfc_ecs_options& options) {
    const auto known = client.list_ecs();
    const auto free = [&](const std::filesystem::path& path) {
        return client.free_for_sfc_ecs(path) &&
               std::ranges::none_of(known, [&](const ecs_info& ecs) { return ecs.path == path.string(); });
    };
    const auto proposed = proposed_sfc_path(free).string();
    const auto check = [&](const std::string& path) { return unused_path_problem(client, path, proposed); };
    if (options.path.empty())
        return ask_line("File path", "--sfc-path", check, proposed);
    if (const auto problem = check(options.path))
        throw failure(errc::output_refused, "--sfc-path: " + *problem);
    return options.path;
}

void confirm_sfc_ecs(const create_sfc_ecs_options& options) {
    if (options.confirm)
        return;
    if (!options.decline && interactive())
        show_guidance(sfc_warning);
    if (options.decline || !ask_yes_no("Create it anyway?", false, "--confirm-sfc-ecs"))
        throw failure(errc::aborted, "Operation aborted.");
}

void warn_of_config_root(client& client, const std::string& path) {
    if (lies_in(path, client.config_root()))
        log_warning(path + " lies in the configuration folder " + client.config_root().string() +
                    ": whoever brings that folder back from a copy brings back old positions with it, and nothing can "
                    "notice. Move the file elsewhere with edit-ecs.");
}

void run_create_sfc_ecs(session& session, const create_sfc_ecs_options& options) {
    auto& client = session.open();
    const auto name = require_name(options);
    const auto path = require_path(client, options);
    confirm_sfc_ecs(options);
    make_folders_for(path); // only the proposed one may lack them
    const auto entry = client.create_sfc_ecs(name, path);
    warn_of_config_root(client, path);
    outcome out{session};
    out.line("SFC ECS created.");
    out.value("Path", "path", entry.path);
    out.value("UUID", "ecs_uuid", to_string(entry.ecs_uuid));
    out.value("Name", "ecs_name", entry.name);
    out.finish();
}

} // namespace

void add_create_sfc_ecs(CLI::App& app) {
    const auto options = std::make_shared<create_sfc_ecs_options>();
    auto* command = add_command(app, "create-sfc-ecs", "Create an SFC ECS entry, or ask how",
        [options](session& session) { run_create_sfc_ecs(session, *options); });
    command->add_option("-n,--ecs-name", options->name, "SFC ECS display name");
    command->add_option("-p,--sfc-path", options->path, "File path for SFC claims storage file");
    auto* decline = command->add_flag(
        "-x,--no-confirm-sfc-ecs", options->decline, "Decline SFC warning without interactive prompt");
    command->add_flag("-y,--confirm-sfc-ecs", options->confirm, "Accept SFC warning without interactive prompt")
        ->excludes(decline);
}

} // namespace omegasafe::cli
