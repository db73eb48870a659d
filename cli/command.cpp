#include "cli/command.hpp"

#include "cli/terminal/logging.hpp"
#include "cli/update_check.hpp"
#include "crypto/kernels/dispatch.hpp"
#include "messages/limits.hpp"
#include "storage/config/config_file.hpp"
#include <algorithm>
#include <charconv>
#include <cstdio>

namespace omegasafe::cli {

namespace fs = std::filesystem;

namespace {

/// A root counts as initialised when config.ini and the containers at their configured places are there.
fs::path initialised_root(const common_options& common) {
    if (const auto problem = crypto::kernel_override_problem())
        throw failure(errc::usage, *problem);
    auto root = storage::resolve_config_root(common.config_dir);
    const auto settings = storage::load_settings(root); // failure(config_missing) without config.ini
    for (const auto& path : {settings.keys_path, settings.cache_path, settings.ecs_path})
        if (!fs::exists(path))
            throw failure(errc::config_missing, "The configuration in " + root.string() +
                                                    " is incomplete: " + path.string() +
                                                    " is missing. Restore it from a copy, or start over with "
                                                    "'omegasafe init --override-existing'.");
    return root;
}

} // namespace

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& description,
    const std::shared_ptr<common_options>& common, const std::function<void()>& run) {
    auto* command = app.add_subcommand(name, description);
    command->add_option("-d,--config-dir", common->config_dir, "Use a custom config directory");
    command->add_option("-l,--log-level", common->log_level,
        "DEBUG, INFO, WARNING, ERROR, CRITICAL, NOTSET\nor a number (default INFO; with --json WARNING)");
    command->add_flag("-j,--json", common->as_json, "Emit structured JSON payload");
    command->callback([common, run] {
        set_up_logging(!common->log_level.empty() ? common->log_level : common->as_json ? "WARNING" : "INFO");
        run();
        if (common->opened_session && !common->as_json)
            check_for_update(*common);
    });
    return command;
}

session::session(const common_options& common, unsigned workers)
    : root_(initialised_root(common)), runtime_(root_, workers) {
    common.opened_session = true;
}

std::string printable(std::string_view text) {
    std::string shown{text};
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const auto byte = static_cast<unsigned char>(shown[i]);
        const auto next = i + 1 < shown.size() ? static_cast<unsigned char>(shown[i + 1]) : 0;
        if ((byte < 0x20 && byte != '\n') || byte == 0x7f)
            shown[i] = '?';
        else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) // C1: terminals obey these too
            shown.replace(i, 2, "?");
    }
    return shown;
}

uuid parse_uuid_flag(const std::string& text, const std::string& flag) {
    const auto parsed = crypto::parse_uuid(text);
    if (!parsed)
        throw failure(errc::usage, "'" + text + "' for " + flag +
                                       " is no UUID; write it as 8-4-4-4-12 hexadecimal digits, as list-keys and "
                                       "list-ecs show it.");
    return *parsed;
}

unsigned parse_workers_flag(const std::string& text, const std::string& flag) {
    if (text.empty())
        return 0;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 1 || number > limits::max_threads)
        throw failure(errc::usage,
            "'" + text + "' for " + flag + " is no number from 1 to " + std::to_string(limits::max_threads) + ".");
    return number;
}

std::optional<std::string> name_problem(const std::string& name) {
    const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (name.empty() || name.size() > limits::name_bytes || std::ranges::any_of(name, control))
        return "A name has 1 to " + std::to_string(limits::name_bytes) + " bytes and no control characters.";
    return std::nullopt;
}

std::optional<std::string> file_path_problem(const std::string& path) {
    if (path.empty() || path.ends_with('/'))
        return "The path must name a file.";
    const auto folder = std::filesystem::absolute(path).parent_path();
    if (!std::filesystem::is_directory(folder))
        return "The folder " + folder.string() + " does not exist; create it first.";
    return std::nullopt;
}

void print(const std::string& line) {
    const auto shown = printable(line);
    std::fwrite(shown.data(), 1, shown.size(), stdout);
    std::fputc('\n', stdout);
}

} // namespace omegasafe::cli
