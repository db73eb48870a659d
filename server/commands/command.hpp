// What the subcommands of omegasafe-ecs share: flags, the open installation, output.
#pragma once

#include "server/auth/api_key.hpp"
#include "server/auth/credential_box.hpp"
#include "server/settings.hpp"
#include "server/store/database.hpp"
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

namespace omegasafe::server {

using json = nlohmann::ordered_json;

struct common_flags {
    std::string data_dir, config; // one of them, or neither: default_data_dir()
    bool as_json = false;

    std::filesystem::path settings_file() const;
};

/// A subcommand with the common flags; `run` is called after parsing.
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& description,
    const std::shared_ptr<common_flags>& flags, const std::function<void()>& run);

/// The settings and the database of an installation, for commands beside a running server.
struct installation {
    server::settings settings;
    std::unique_ptr<database> data;

    explicit installation(const common_flags& flags);
};

/// With --json the payload (with schema_version), else the lines.
void tell(const common_flags& flags, const json& payload, const std::vector<std::string>& lines);

/// A UUID from a flag; failure(usage) names the flag.
uuid require_uuid(const std::string& text, const std::string& flag);

/// A mail address from --email in lower case; failure(usage).
std::string checked_email(const std::string& email);

/// What --name gives, by the rule for names; failure(usage).
std::string checked_name(const std::string& name);

/// A new API key of a user: stored hashed, its text for once.
api_key add_api_key_for(database& data, const uuid& user_uuid, const std::string& name);

void add_init(CLI::App& app);
void add_serve(CLI::App& app);
void add_user_commands(CLI::App& app);
void add_api_key_commands(CLI::App& app);
void add_listing_commands(CLI::App& app);
void add_upkeep_commands(CLI::App& app);

} // namespace omegasafe::server
