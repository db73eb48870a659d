// omegasafe-ecs backup, migrate and check-config.
#include "server/commands/command.hpp"

namespace omegasafe::server {

namespace {

struct upkeep_flags {
    std::shared_ptr<common_flags> common = std::make_shared<common_flags>();
    std::string file;
};

void run_backup(const upkeep_flags& flags) {
    const installation at{*flags.common};
    at.data->back_up(flags.file);
    tell(*flags.common, {{"file", flags.file}},
        {"The database was copied to " + flags.file + ".",
            "Keep it with " + at.settings.server_key.string() + " and the folder of the Deltas."});
}

/// Opening brings the schema up to date.
void run_migrate(const upkeep_flags& flags) {
    const installation at{*flags.common};
    tell(*flags.common, {{"migrated", true}}, {"The database is up to date."});
}

void run_check(const upkeep_flags& flags) {
    const auto settings = load_settings(flags.common->settings_file());
    const credential_box readable{settings.server_key};
    tell(*flags.common,
        {{"config", flags.common->settings_file().string()},
            {"listen", settings.listen_host + ":" + std::to_string(settings.listen_port)},
            {"public_url", settings.public_url}, {"valid", true}},
        {"The settings in " + flags.common->settings_file().string() + " are valid."});
}

} // namespace

void add_upkeep_commands(CLI::App& app) {
    const auto flags = std::make_shared<upkeep_flags>();
    auto* backup = add_command(
        app, "backup", "Copy a SQLite database while the server runs", flags->common, [flags] { run_backup(*flags); });
    backup->add_option("file", flags->file, "New file for the copy")->required();
    add_command(app, "migrate", "Bring the database up to date (serve does it too)", flags->common,
        [flags] { run_migrate(*flags); });
    add_command(app, "check-config", "Check the settings", flags->common, [flags] { run_check(*flags); });
}

} // namespace omegasafe::server
