#include "cli/flags.hpp"

#include "cli/terminal/logging.hpp"
#include "messages/limits.hpp"
#include <charconv>

namespace omegasafe::cli {

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& description,
    const std::function<void(session& session)>& run) {
    auto* command = app.add_subcommand(name, description);
    const auto common = std::make_shared<common_options>();
    command->add_option("-d,--config-dir", common->config_dir, "Use a custom config directory");
    command->add_option("-l,--log-level", common->log_level,
        "DEBUG, INFO, WARNING, ERROR, CRITICAL, NOTSET\nor a number (default INFO; with --json WARNING)");
    command->add_flag("-j,--json", common->as_json, "Emit structured JSON payload");
    command->callback([common, run] {
        set_up_logging(!common->log_level.empty() ? common->log_level : common->as_json ? "WARNING" : "INFO");
        session session{*common};
        run(session);
        session.tell_of_newer_version();
    });
    return command;
}

uuid parse_uuid_flag(const std::string& text, const std::string& flag) {
    const auto parsed = parse_uuid(text);
    if (!parsed)
        throw failure(errc::usage, "'" + text + "' for " + flag +
                                       " is not a UUID; write it as 8-4-4-4-12 hexadecimal digits, as list-keys and "
                                       "list-ecs show it.");
    return *parsed;
}

std::optional<uuid> parse_optional_uuid_flag(const std::string& text, const std::string& flag) {
    return text.empty() ? std::nullopt : std::optional{parse_uuid_flag(text, flag)};
}

unsigned parse_workers_flag(const std::string& text, const std::string& flag) {
    if (text.empty())
        return 0;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 1 || number > limits::max_threads)
        throw failure(errc::usage,
            "'" + text + "' for " + flag + " is not a number from 1 to " + std::to_string(limits::max_threads) + ".");
    return number;
}

std::optional<std::string> file_path_problem(const std::string& path) {
    if (path.empty() || path.ends_with('/'))
        return "The path must name a file.";
    const auto folder = std::filesystem::absolute(path).parent_path();
    if (!std::filesystem::is_directory(folder))
        return "The folder " + folder.string() + " does not exist; create it first.";
    return std::nullopt;
}

} // namespace omegasafe::cli
