// omegasafe set-config: the dynamic properties of config.ini (reference section 6).
#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"
#include "cli/terminal/logging.hpp"
#include <algorithm>
#include <cstdlib>
#include <omegasafe/config.hpp>

namespace omegasafe::cli {

namespace {

constexpr std::string_view layer_property = "TRADITIONAL_ENC_LAYER_PASS";

struct set_config_options {
    property_changes changes; // in the order of the help
    bool clear_default = false;
};

/// The value as it may be shown.
std::string shown(const std::string& name, const std::string& value) {
    if (name == layer_property)
        return value.empty() ? "cleared" : "set";
    return value.empty() ? "none" : value;
}

std::vector<std::string> variables_of(const config_property& property) {
    const std::string name{property.environment};
    if (property.name != layer_property)
        return {name};
    return {name, name + "_FILE", name + "_COMMAND"};
}

/// The command line of a process is shown to every user of the machine.
void warn_of_shown_password(const property_changes& changes) {
    for (const auto& [name, value] : changes)
        if (name == layer_property && !value.empty())
            log_warning("The layer password stood on the command line, where others and the shell's history may keep "
                        "it; OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS, config.ini or edit-key --layer-password-file do not "
                        "show it.");
}

void warn_of_overrides(const property_changes& changes) {
    for (const auto& property : config_properties())
        for (const auto& change : changes)
            if (change.first == property.name)
                for (const auto& variable : variables_of(property))
                    if (const char* value = std::getenv(variable.c_str()); value != nullptr && *value != '\0')
                        log_warning(variable + " is set in the environment and overrides " + change.first +
                                    " until it is unset.");
}

void warn_of_weakness(const property_changes& changes) {
    for (const auto& [name, value] : changes)
        if (const auto weakness = name == layer_property && !value.empty() ? password_weakness(value) : std::nullopt)
            log_warning("The layer password is weak: " + *weakness);
}

void warn_of_unknown_default(client& client, const property_changes& changes) {
    for (const auto& [name, value] : changes) {
        const auto wanted = name == "ECS_UUID_DEFAULT" ? parse_uuid(value) : std::nullopt;
        if (!wanted)
            continue;
        const auto entries = client.list_ecs();
        if (std::ranges::find(entries, *wanted, &ecs_info::ecs_uuid) == entries.end())
            log_warning("ECS " + value + " is not configured on this device yet.");
    }
}

void run_set_config(session& session, set_config_options& options) {
    if (options.clear_default)
        options.changes.emplace_back("ECS_UUID_DEFAULT", "");
    auto& client = session.open();
    const auto changes = options.changes.empty() ? options.changes : client.set_config(options.changes);
    outcome out{session};
    json fields = json::object();
    std::string summary;
    for (const auto& [name, value] : changes) {
        summary += (summary.empty() ? "" : ", ") + name + "=" + shown(name, value);
        fields[name] = shown(name, value);
    }
    out.line(changes.empty() ? "No configuration changes requested." : "Configuration updated: " + summary);
    out.field("changes", std::move(fields));
    out.finish();
    warn_of_weakness(changes);
    warn_of_shown_password(changes);
    warn_of_overrides(changes);
    warn_of_unknown_default(client, changes);
}

} // namespace

void add_set_config(CLI::App& app) {
    const auto options = std::make_shared<set_config_options>();
    auto* command = add_command(app, "set-config", "Update dynamic configuration values",
        [options](session& session) { run_set_config(session, *options); });
    // Not a plain string option: an empty value must differ from none.
    const auto add = [&](const char* flags, const char* property, const char* help) {
        return command->add_option_function<std::string>(
            flags, [=](const std::string& value) { options->changes.emplace_back(property, value); }, help);
    };
    auto* fallback = add("-e,--ecs-uuid-default", "ECS_UUID_DEFAULT", "Set default ECS UUID");
    command->add_flag("-c,--clear-ecs-uuid-default", options->clear_default, "Clear default ECS UUID")
        ->excludes(fallback);
    add("-f,--cache-offline-key-capacity-gb", "CACHE_OFFLINE_KEY_CAPACITY_GB",
        "Set offline cache target in GB (0 to 1000)");
    add("-o,--offline-mode", "OFFLINE_MODE", "Set OFFLINE_MODE (true/false)");
    add("-p,--cache-performance-key-capacity-gb", "CACHE_PERFORMANCE_KEY_CAPACITY_GB",
        "Set performance cache target in GB (0 to 1000)");
    add("-t,--traditional-enc-layer-pass", "TRADITIONAL_ENC_LAYER_PASS",
        "Set or clear (\"\") the AES-256-GCM layer's password");
    add("-u,--update-check", "UPDATE_CHECK", "Set UPDATE_CHECK (true/false)");
}

} // namespace omegasafe::cli
