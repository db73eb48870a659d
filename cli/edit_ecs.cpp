// omegasafe edit-ecs: name and place of a configured ECS.
#include "cli/key_context.hpp"
#include "cli/outcome.hpp"
#include "cli/terminal.hpp"

namespace omegasafe::cli {

namespace {

struct edit_ecs_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string ecs_uuid, new_name, new_path, new_api_url, new_api_key;
    bool keep_name = false, keep_path = false, keep_api_url = false, keep_api_key = false;
    bool move_file = false, no_move_file = false;

    bool for_http() const { return !new_api_url.empty() || !new_api_key.empty() || keep_api_url || keep_api_key; }
    /// With nothing at all to do, a script has forgotten something; else what is not named stays.
    bool asks() const { return interactive() || (new_name.empty() && new_path.empty() && !keep_name && !keep_path); }
};

std::optional<std::string> changed(const std::string& value, const std::string& current) {
    return value == current ? std::nullopt : std::optional{value};
}

std::optional<std::string> choose_name(const edit_ecs_options& options, const ecs_entry& ecs) {
    if (!options.new_name.empty()) {
        if (const auto problem = name_problem(options.new_name))
            throw failure(errc::usage, "--new-name: " + *problem);
        return changed(options.new_name, ecs.name);
    }
    if (options.keep_name || !options.asks())
        return std::nullopt;
    return changed(ask_line("ECS name", "--new-name or --keep-name", name_problem, ecs.name), ecs.name);
}

std::optional<std::string> choose_path(const edit_ecs_options& options, const ecs_entry& ecs) {
    if (!options.new_path.empty()) {
        if (const auto problem = file_path_problem(options.new_path))
            throw failure(errc::output_refused, "--new-path: " + *problem);
        return changed(options.new_path, ecs.path);
    }
    if (options.keep_path || !options.asks())
        return std::nullopt;
    return changed(ask_line("File path", "--new-path or --keep-path", file_path_problem, ecs.path), ecs.path);
}

bool choose_move(const edit_ecs_options& options) {
    if (options.move_file || options.no_move_file)
        return options.move_file;
    return ask_yes_no("Move the file there?", true, "--move-file or --no-move-file");
}

void run_edit_ecs(const edit_ecs_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    session session{*options.common, 1};
    const auto directory = session.actors().ecs_directory;
    const auto before = session.ask<ecs_entry>(directory, resolve_ecs{ecs_uuid});
    if (options.for_http())
        require_http(before, "An API URL or API key");
    outcome out{*options.common};
    out.line("ECS: " + before.name + " (" + crypto::to_string(before.ecs_uuid) + ", " + type_name(before.type) + ", " +
             before.path + ")");
    edit_ecs request{ecs_uuid, choose_name(options, before), {}, false};
    if (const auto path = choose_path(options, before)) {
        request.path = *path;
        request.move_file = choose_move(options);
    }

    auto after = before;
    if (request.name || request.path)
        after = session.ask<ecs_entry>(directory, request);
    else
        out.line("No ECS changes requested.");
    if (request.name)
        out.line("Name changed from " + before.name + " to " + after.name + ".");
    if (request.path)
        out.line((request.move_file ? "File moved from " : "Reference changed from ") + before.path + " to " +
                 after.path + ".");
    out.value("UUID", "ecs_uuid", crypto::to_string(after.ecs_uuid));
    out.value("Name", "ecs_name", after.name);
    out.value("Type", "ecs_type", type_name(after.type));
    out.value("Path", "path", after.path);
    out.field("moved", request.move_file);
    out.finish();
}

} // namespace

void add_edit_ecs(CLI::App& app) {
    const auto options = std::make_shared<edit_ecs_options>();
    auto* command = add_command(
        app, "edit-ecs", "Edit an ECS entry, or ask how", options->common, [options] { run_edit_ecs(*options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID to edit")->required();
    auto* key = command->add_option("-k,--update-api-key", options->new_api_key, "Set new HTTP API key directly");
    command->add_flag("-K,--keep-api-key", options->keep_api_key, "Keep existing HTTP API key without prompt")
        ->excludes(key);
    auto* move = command->add_flag("-m,--move-file", options->move_file, "Move SFC file to new path automatically");
    auto* name = command->add_option("-n,--new-name", options->new_name, "Set new ECS name");
    command->add_flag("-N,--keep-name", options->keep_name, "Keep existing ECS name without prompt")->excludes(name);
    auto* path = command->add_option("-p,--new-path", options->new_path, "Set new SFC path");
    command->add_flag("-P,--keep-path", options->keep_path, "Keep existing SFC path without prompt")->excludes(path);
    auto* url = command->add_option("-u,--new-api-url", options->new_api_url, "Set new HTTP API base URL");
    command->add_flag("-U,--keep-api-url", options->keep_api_url, "Keep existing HTTP API URL without prompt")
        ->excludes(url);
    command->add_flag("-x,--no-move-file", options->no_move_file, "Do not move SFC file; update reference only")
        ->excludes(move);
}

} // namespace omegasafe::cli
