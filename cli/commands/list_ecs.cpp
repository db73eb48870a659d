// omegasafe list-ecs: the configured External Claims Storages.
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/text.hpp"
#include <algorithm>

namespace omegasafe::cli {

namespace {

struct ecs_listing {
    std::vector<ecs_info> entries;
    std::optional<uuid> default_uuid;

    bool is_default(const ecs_info& entry) const { return default_uuid == entry.ecs_uuid; }
    bool default_missing() const {
        return default_uuid && std::ranges::none_of(entries, [&](const ecs_info& e) { return is_default(e); });
    }
};

json listing_payload(const ecs_listing& listing) {
    auto entries = json::array();
    for (const auto& entry : listing.entries) {
        const bool http = entry.type == ecs_type::http;
        entries.push_back({{"ecs_name", entry.name}, {"ecs_uuid", to_string(entry.ecs_uuid)},
            {"is_default", listing.is_default(entry)}, {"path", http ? json(nullptr) : json(entry.path)},
            {"url", http ? json(entry.url) : json(nullptr)},
            {"development_mode", http ? json(entry.development_mode) : json(nullptr)}});
    }
    return {{"schema_version", schema_version}, {"default_ecs_uuid", json_uuid(listing.default_uuid)},
        {"default_ecs_missing", listing.default_missing()}, {"entries", std::move(entries)}};
}

void print_listing(const ecs_listing& listing) {
    if (listing.entries.empty())
        print_lines(
            "No ECS is configured. Create one with 'omegasafe create-http-ecs' or\n'omegasafe create-sfc-ecs'.");
    for (const auto& entry : listing.entries) {
        print(entry.name + (listing.is_default(entry) ? " (default)" : ""));
        print("  UUID: " + to_string(entry.ecs_uuid));
        print("  Type: " + type_name(entry.type));
        print(entry.type == ecs_type::http ? "  URL:  " + entry.url : "  Path: " + entry.path);
        if (entry.development_mode)
            print("  Development mode: the server's certificate is not checked.");
    }
    if (listing.default_missing())
        print("The default ECS " + to_string(*listing.default_uuid) + " is not among the configured ones.");
}

void run_list_ecs(session& session) {
    auto& client = session.open();
    const ecs_listing listing{client.list_ecs(), parse_uuid(client.settings().ecs_uuid_default)};
    session.as_json() ? print_json(listing_payload(listing)) : print_listing(listing);
}

} // namespace

void add_list_ecs(CLI::App& app) {
    add_command(app, "list-ecs", "List configured External Claims Storage entries", run_list_ecs);
}

} // namespace omegasafe::cli
