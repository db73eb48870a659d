// omegasafe-ecs user and api-key: who may come in.
#include "server/api/output.hpp"
#include "server/commands/command.hpp"
#include <ctime>
#include <omegasafe/error.hpp>

namespace omegasafe::server {

namespace {

struct user_flags {
    std::shared_ptr<common_flags> common = std::make_shared<common_flags>();
    std::string email, name, api_key_uuid;
    bool enable = false;
};

user_record require_user(database& data, const std::string& email) {
    const auto found = data.read([&](store& s) { return s.user_by_email(checked_email(email)); });
    if (!found)
        throw failure(errc::key_unknown, "There is no user " + email + "; 'omegasafe-ecs user list' shows all.");
    return *found;
}

void run_add(const user_flags& flags) {
    const auto name = flags.name.empty() ? flags.name : checked_name(flags.name); // nobody needs one
    const user_record user{crypto::random_uuid(), checked_email(flags.email), name, std::time(nullptr), false};
    const installation at{*flags.common};
    at.data->write([&](store& s) { s.add_user(user); });
    const auto key = add_api_key_for(*at.data, user.user_uuid, "first key");
    const std::string text{api_key_text(key).text()};
    tell(*flags.common,
        {{"user_uuid", crypto::to_string(user.user_uuid)}, {"email", user.email}, {"name", user.name},
            {"api_key_uuid", crypto::to_string(key.api_key_uuid)}, {"api_key", text}},
        {"User added: " + user.email, "  UUID:     " + crypto::to_string(user.user_uuid), "  API key:  " + text,
            "The API key is shown only now."});
}

void run_list(const user_flags& flags) {
    const installation at{*flags.common};
    auto users = json::array();
    std::vector<std::string> lines;
    for (const auto& user : at.data->read([](store& s) { return s.users(); })) {
        auto one = payload_of(user);
        one["disabled"] = user.disabled;
        one["created_at"] = time_text(user.created_at);
        users.push_back(std::move(one));
        lines.push_back(crypto::to_string(user.user_uuid) + "  " + user.email + "  " + user.name +
                        (user.disabled ? "  (disabled)" : ""));
    }
    tell(*flags.common, {{"users", std::move(users)}}, lines);
}

void run_disable(const user_flags& flags) {
    const installation at{*flags.common};
    const auto user = require_user(*at.data, flags.email);
    at.data->write([&](store& s) { s.set_user_disabled(user.user_uuid, !flags.enable); });
    tell(*flags.common,
        {{"user_uuid", crypto::to_string(user.user_uuid)}, {"email", user.email}, {"disabled", !flags.enable}},
        {"User " + user.email +
            (flags.enable ? " may use the server again." : " is disabled; none of their API keys works.")});
}

void run_create_key(const user_flags& flags) {
    const auto name = checked_name(flags.name);
    const installation at{*flags.common};
    const auto user = require_user(*at.data, flags.email);
    const auto key = add_api_key_for(*at.data, user.user_uuid, name);
    const std::string text{api_key_text(key).text()};
    tell(*flags.common,
        {{"user_uuid", crypto::to_string(user.user_uuid)}, {"api_key_uuid", crypto::to_string(key.api_key_uuid)},
            {"name", name}, {"api_key", text}},
        {"API key of " + user.email + ": " + text, "  UUID: " + crypto::to_string(key.api_key_uuid),
            "It is shown only now."});
}

void run_list_keys(const user_flags& flags) {
    const installation at{*flags.common};
    const auto user = require_user(*at.data, flags.email);
    auto keys = json::array();
    std::vector<std::string> lines;
    for (const auto& key : at.data->read([&](store& s) { return s.api_keys(user.user_uuid); })) {
        keys.push_back(payload_of(key));
        lines.push_back(crypto::to_string(key.api_key_uuid) + "  " + key.name +
                        (key.revoked_at        ? "  (revoked)"
                            : key.last_used_at ? "  last used " + time_text(*key.last_used_at)
                                               : "  never used"));
    }
    tell(*flags.common, {{"user_uuid", crypto::to_string(user.user_uuid)}, {"api_keys", std::move(keys)}}, lines);
}

void run_revoke(const user_flags& flags) {
    const auto api_key_uuid = require_uuid(flags.api_key_uuid, "--api-key-uuid");
    const installation at{*flags.common};
    const auto user = require_user(*at.data, flags.email);
    if (!at.data->write([&](store& s) { return s.revoke_api_key(user.user_uuid, api_key_uuid, std::time(nullptr)); }))
        throw failure(errc::key_unknown, "The user has no such API key; 'omegasafe-ecs api-key list' shows all.");
    tell(*flags.common, {{"api_key_uuid", flags.api_key_uuid}, {"revoked", true}}, {"API key revoked."});
}

using user_flags_ptr = std::shared_ptr<user_flags>;

CLI::App* add_user_command(CLI::App& group, const std::string& name, const std::string& description,
    const user_flags_ptr& flags, void (*run)(const user_flags&)) {
    return add_command(group, name, description, flags->common, [flags, run] { run(*flags); });
}

void add_email(CLI::App* command, const user_flags_ptr& flags) {
    command->add_option("-e,--email", flags->email, "Mail address of the user")->required();
}

} // namespace

void add_user_commands(CLI::App& app) {
    auto* group = app.add_subcommand("user", "Users of the server")->require_subcommand(1);
    const auto flags = std::make_shared<user_flags>();
    auto* add = add_user_command(*group, "add", "Add a user with a first API key", flags, run_add);
    add_email(add, flags);
    add->add_option("-n,--name", flags->name, "Display name");
    add_user_command(*group, "list", "List users", flags, run_list);
    auto* disable =
        add_user_command(*group, "disable", "Lock a user out, or let the user in again", flags, run_disable);
    add_email(disable, flags);
    disable->add_flag("--enable", flags->enable, "Let the user in again");
}

void add_api_key_commands(CLI::App& app) {
    auto* group = app.add_subcommand("api-key", "API keys of a user")->require_subcommand(1);
    const auto flags = std::make_shared<user_flags>();
    auto* create = add_user_command(*group, "create", "Make an API key", flags, run_create_key);
    add_email(create, flags);
    create->add_option("-n,--name", flags->name, "What it is for")->required();
    add_email(add_user_command(*group, "list", "List API keys", flags, run_list_keys), flags);
    auto* revoke = add_user_command(*group, "revoke", "Revoke an API key", flags, run_revoke);
    add_email(revoke, flags);
    revoke->add_option("-k,--api-key-uuid", flags->api_key_uuid, "UUID of the API key")->required();
}

} // namespace omegasafe::server
