#include "server/commands/command.hpp"

#include "crypto/shown_text.hpp"
#include "wire/field_rules.hpp"
#include <cstdio>
#include <ctime>
#include <omegasafe/error.hpp>

namespace omegasafe::server {

std::filesystem::path common_flags::settings_file() const {
    if (!config.empty())
        return config;
    return (data_dir.empty() ? default_data_dir() : std::filesystem::path{data_dir}) / settings_file_name;
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& description,
    const std::shared_ptr<common_flags>& flags, const std::function<void()>& run) {
    auto* command = app.add_subcommand(name, description);
    auto* folder = command->add_option("-D,--data-dir", flags->data_dir,
        "Folder of the server (default: $OMEGASAFE_ECS_DATA_DIR,\nthen /var/lib/omegasafe-ecs)");
    command->add_option("-c,--config", flags->config, "Settings file (default: omegasafe-ecs.ini there)")
        ->excludes(folder);
    command->add_flag("-j,--json", flags->as_json, "Print one JSON object");
    command->callback(run);
    return command;
}

installation::installation(const common_flags& flags)
    : settings(load_settings(flags.settings_file())), data(std::make_unique<database>(settings.database, 1)) {}

void tell(const common_flags& flags, const json& payload, const std::vector<std::string>& lines) {
    if (flags.as_json) {
        json object{{"schema_version", 1}};
        object.update(payload);
        std::puts(crypto::shown_json(crypto::with_exact_bytes(object).dump(2)).c_str());
        return;
    }
    for (const auto& line : lines)
        std::puts(crypto::shown_line(line).c_str());
}

uuid require_uuid(const std::string& text, const std::string& flag) {
    const auto parsed = crypto::parse_uuid(text);
    if (!parsed)
        throw failure(errc::usage, "'" + text + "' for " + flag + " is no UUID.");
    return *parsed;
}

std::string checked_email(const std::string& email) {
    const auto normal = wire::normal_email(email);
    if (!normal)
        throw failure(errc::usage, "'" + email + "' for --email is no mail address.");
    return *normal;
}

std::string checked_name(const std::string& name) {
    if (const auto problem = wire::name_problem(name))
        throw failure(errc::usage, "--name: " + *problem);
    return name;
}

api_key add_api_key_for(database& data, const uuid& user_uuid, const std::string& name) {
    auto fresh = generate_api_key();
    data.write([&](store& s) {
        s.add_api_key({fresh.api_key_uuid, user_uuid, name, secret_hash(fresh), std::time(nullptr), {}, {}});
    });
    return fresh;
}

} // namespace omegasafe::server
