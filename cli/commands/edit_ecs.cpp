// omegasafe edit-ecs: name of a configured ECS, the place of an SFC ECS, URL and API key of an HTTP ECS.
#include "cli/ask/http_ecs.hpp"
#include "cli/ask/http_entry.hpp"
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/terminal/terminal.hpp"

namespace omegasafe::cli {

namespace {

struct edit_ecs_options {
    std::string ecs_uuid, new_name, new_path, new_api_url;
    std::optional<std::string> new_api_key; // empty: from the environment, or asked for
    bool keep_name = false, keep_path = false, keep_api_url = false, keep_api_key = false;
    bool move_file = false, no_move_file = false, no_dev_mode = false;

    bool for_http() const {
        return !new_api_url.empty() || new_api_key.has_value() || keep_api_url || keep_api_key || no_dev_mode;
    }
    bool for_sfc() const { return !new_path.empty() || keep_path || move_file || no_move_file; }
    /// With nothing at all to do, a script has forgotten something; else what is not named stays.
    bool asks() const { return interactive() || !(for_http() || for_sfc() || !new_name.empty() || keep_name); }
};

std::optional<std::string> changed(const std::string& value, const std::string& current) {
    return value == current ? std::nullopt : std::optional{value};
}

std::optional<std::string> choose_name(const edit_ecs_options& options, const ecs_info& ecs) {
    if (!options.new_name.empty()) {
        if (const auto problem = name_problem(options.new_name))
            throw failure(errc::usage, "--new-name: " + *problem);
        return changed(options.new_name, ecs.name);
    }
    if (options.keep_name || !options.asks())
        return std::nullopt;
    return changed(ask_line("ECS name", "--new-name or --keep-name", name_problem, ecs.name), ecs.name);
}

std::optional<std::string> choose_path(const edit_ecs_options& options, const ecs_info& ecs) {
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

std::optional<std::string> choose_url(const edit_ecs_options& options, const ecs_info& ecs) {
    if (!options.new_api_url.empty()) {
        if (const auto problem = ecs_url_problem(options.new_api_url))
            throw failure(errc::usage, "--new-api-url: " + *problem);
        return changed(options.new_api_url, ecs.url);
    }
    if (options.keep_api_url || !options.asks())
        return std::nullopt;
    return changed(
        ask_line("URL (host[:port][/base])", "--new-api-url or --keep-api-url", ecs_url_problem, ecs.url), ecs.url);
}

/// Null: the present one stays.
secret_ptr choose_api_key(const edit_ecs_options& options) {
    const std::string flags = "--update-api-key or --keep-api-key";
    if (options.new_api_key) {
        auto given = given_secret(*options.new_api_key, "--update-api-key", api_key_variable, api_key_problem);
        return given ? given : ask_for_secret("New API key (not shown)", api_key_variable, api_key_problem);
    }
    if (options.keep_api_key || !options.asks())
        return nullptr;
    return ask_for_secret("New API key (not shown; Enter keeps the present one)", flags, api_key_problem, true);
}

/// Asked only of somebody who is asked all the rest: it is the safe way, and needs no flag to stay out of it.
bool choose_check(const edit_ecs_options& options, const ecs_info& ecs) {
    if (options.no_dev_mode || !ecs.development_mode || !interactive())
        return options.no_dev_mode && ecs.development_mode;
    return ask_yes_no("Development mode is on. Check the server's certificate from now on?", false, "--no-dev-mode");
}

ecs_changes choose_edits(const edit_ecs_options& options, const ecs_info& ecs) {
    ecs_changes request{.name = choose_name(options, ecs), .path = {}};
    if (ecs.type == ecs_type::http) {
        request.url = choose_url(options, ecs);
        request.api_key = choose_api_key(options);
        request.check_certificate = choose_check(options, ecs);
    } else if (const auto path = choose_path(options, ecs)) {
        request.path = *path;
        request.move_file = choose_move(options);
    }
    return request;
}

void require_right_type(const edit_ecs_options& options, const ecs_info& ecs) {
    if (options.for_http())
        require_http(ecs, "An API URL, an API key or development mode");
    if (options.for_sfc() && ecs.type == ecs_type::http)
        throw failure(errc::ecs_type_mismatch,
            "A path or moving a file needs an SFC ECS; " + ecs.name + " is an HTTP ECS at " + ecs.url + ".");
}

ecs_info apply_edits(client& client, const outcome& out, const ecs_changes& request, const ecs_info& before) {
    const bool verified = request.url || request.api_key || request.check_certificate;
    if (verified)
        out.line("Verifying the connection to " + request.url.value_or(before.url) + " ...");
    try {
        auto after = client.edit_ecs(before.ecs_uuid, request);
        if (verified)
            out.line("The server accepted the API key.");
        return after;
    } catch (const failure& problem) {
        if (!verified)
            throw;
        throw failure(problem.code(), as_sentence(problem) + " Nothing was changed: what there was before stays.");
    }
}

void tell_edits(const outcome& out, const ecs_changes& request, const ecs_info& before, const ecs_info& after) {
    if (request.name)
        out.line("Name changed from " + before.name + " to " + after.name + ".");
    if (request.path)
        out.line((request.move_file ? "File moved from " : "Reference changed from ") + before.path + " to " +
                 after.path + ".");
    if (request.url)
        out.line("URL changed from " + before.url + " to " + after.url + ".");
    if (request.api_key)
        out.line("API key changed.");
    if (request.check_certificate)
        out.line("Development mode is off: the server's certificate is checked from now on.");
}

void run_edit_ecs(session& session, const edit_ecs_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    auto& client = session.open();
    const auto before = client.find_ecs(ecs_uuid);
    require_right_type(options, before);
    outcome out{session};
    out.line("ECS: " + describe(before));
    const auto request = choose_edits(options, before);
    auto after = before;
    if (request.name || request.path || request.url || request.api_key || request.check_certificate)
        after = apply_edits(client, out, request, before);
    else
        out.line("No ECS changes requested.");
    tell_edits(out, request, before, after);
    out.value("UUID", "ecs_uuid", to_string(after.ecs_uuid));
    out.value("Name", "ecs_name", after.name);
    out.value("Type", "ecs_type", type_name(after.type));
    if (after.type == ecs_type::http) {
        out.field("path", nullptr);
        out.value("URL", "url", after.url);
        out.value("Development mode", "development_mode", after.development_mode);
    } else {
        out.value("Path", "path", after.path);
        out.field("url", nullptr);
        out.field("development_mode", nullptr);
    }
    out.field("moved", request.move_file);
    out.field("api_key_changed", request.api_key != nullptr);
    out.finish();
}

} // namespace

void add_edit_ecs(CLI::App& app) {
    const auto options = std::make_shared<edit_ecs_options>();
    auto* command = add_command(app, "edit-ecs", "Edit an ECS entry, or ask how",
        [options](session& session) { run_edit_ecs(session, *options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID to edit")->required();
    auto* key = command->add_option_function<std::string>(
        "-k,--update-api-key", [options](const std::string& value) { options->new_api_key = value; },
        "Set new HTTP API key directly (\"\": from\nOMEGASAFE_HTTP_ECS_API_KEY, or ask)");
    command->add_flag("-K,--keep-api-key", options->keep_api_key, "Keep existing HTTP API key without prompt")
        ->excludes(key);
    auto* move = command->add_flag("-m,--move-file", options->move_file, "Move SFC file to new path automatically");
    command->add_flag(
        "--no-dev-mode", options->no_dev_mode, "Check the server's certificate again (ends\ndevelopment mode)");
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
