// omegasafe list-ecs: the configured External Claims Storages.
#include "cli/key_context.hpp"
#include "cli/show/json_output.hpp"
#include "storage/config/config_file.hpp"

namespace omegasafe::cli {

namespace {

struct ecs_listing {
    std::vector<ecs_entry> entries;
    std::optional<uuid> default_uuid;

    bool is_default(const ecs_entry& entry) const { return default_uuid == entry.ecs_uuid; }
    bool default_missing() const {
        return default_uuid && std::ranges::none_of(entries, [&](const ecs_entry& e) { return is_default(e); });
    }
};

json listing_payload(const ecs_listing& listing) {
    auto entries = json::array();
    for (const auto& entry : listing.entries) {
        const bool http = entry.type == ecs_type::http;
        entries.push_back({{"ecs_name", entry.name}, {"ecs_uuid", crypto::to_string(entry.ecs_uuid)},
            {"is_default", listing.is_default(entry)}, {"path", http ? json(nullptr) : json(entry.path)},
            {"url", http ? json(entry.url) : json(nullptr)},
            {"development_mode", http ? json(entry.development_mode) : json(nullptr)}});
    }
    return {{"schema_version", schema_version}, {"default_ecs_uuid", json_uuid(listing.default_uuid)},
        {"default_ecs_missing", listing.default_missing()}, {"entries", std::move(entries)}};
}

void print_listing(const ecs_listing& listing) {
    if (listing.entries.empty())
        print("No ECS is configured. Create one with 'omegasafe create-http-ecs' or\n'omegasafe create-sfc-ecs'.");
    for (const auto& entry : listing.entries) {
        print(entry.name + (listing.is_default(entry) ? " (default)" : ""));
        print("  UUID: " + crypto::to_string(entry.ecs_uuid));
        print("  Type: " + type_name(entry.type));
        print(entry.type == ecs_type::http ? "  URL:  " + entry.url : "  Path: " + entry.path);
        if (entry.development_mode)
            print("  Development mode: the server's certificate is not checked.");
    }
    if (listing.default_missing())
        print("The default ECS " + crypto::to_string(*listing.default_uuid) + " is not among the configured ones.");
}

void run_list_ecs(const common_options& common) {
    session session{common, 1};
    const auto actors = session.actors();
    const auto settings = session.ask<settings_ptr>(actors.config, get_settings{});
    const ecs_listing listing{session.ask<std::vector<ecs_entry>>(actors.ecs_directory, list_ecs{}),
        crypto::parse_uuid(settings->ecs_uuid_default)};
    common.as_json ? print_json(listing_payload(listing)) : print_listing(listing);
}

} // namespace

void add_list_ecs(CLI::App& app) {
    const auto common = std::make_shared<common_options>();
    add_command(app, "list-ecs", "List configured External Claims Storage entries", common,
        [common] { run_list_ecs(*common); });
}

} // namespace omegasafe::cli
