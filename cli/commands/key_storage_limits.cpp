// omegasafe key-storage-limits: how much of an HTTP ECS's internal storage a key uses.
#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"
#include <fmt/format.h>

namespace omegasafe::cli {

namespace {

struct limits_options {
    std::string key_uuid;
};

json number_or_null(const std::optional<std::uint64_t>& number) {
    return number ? json(*number) : json(nullptr);
}

json usage_of(const std::vector<usage_metric>& metrics) {
    json scopes = json::object();
    for (const auto& m : metrics)
        scopes[m.scope] = {{"used", number_or_null(m.used)}, {"limit", number_or_null(m.limit)},
            {"remaining", number_or_null(m.remaining)}, {"percentage", number_or_null(m.percentage)},
            {"has_limit", m.has_limit ? json(*m.has_limit) : json(nullptr)}};
    return scopes;
}

void print_usage(const outcome& out, const std::string& title, const std::vector<usage_metric>& metrics) {
    const auto cell = [](const std::optional<std::uint64_t>& n) { return n ? std::to_string(*n) : std::string{"-"}; };
    const auto row = [&](const std::string& scope, const std::string& used, const std::string& limit,
                         const std::string& remaining, const std::string& share) {
        out.line(fmt::format("  {:<12} {:>8} {:>8} {:>10} {:>11}", scope, used, limit, remaining, share));
    };
    row(title, "used", "limit", "remaining", "percentage");
    for (const auto& m : metrics)
        row("  " + m.scope, cell(m.used), m.has_limit == false ? "none" : cell(m.limit), cell(m.remaining),
            m.percentage ? cell(m.percentage) + " %" : "-");
}

key_limits limits_at(client& client, const ecs_info& ecs, const uuid& key_uuid) {
    if (ecs.type == ecs_type::http)
        return client.storage_limits(key_uuid);
    key_limits none;
    none.message = "An SFC ECS has no storage limits: it keeps Deltas in its own file.";
    return none;
}

void run_key_storage_limits(session& session, const limits_options& options) {
    auto& client = session.open();
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto ecs = client.ecs_of_key(key_uuid);
    const auto found = limits_at(client, ecs, key_uuid);
    outcome out{session};
    out.line("Key " + to_string(key_uuid) + " at " + ecs.name);
    if (found.message)
        out.line("  " + *found.message);
    if (found.has_usage) {
        print_usage(out, "Uploads", found.uploads);
        print_usage(out, "Downloads", found.downloads);
    }
    out.field("ecs_uuid", to_string(ecs.ecs_uuid));
    out.field("ecs_name", ecs.name);
    out.field("key_uuid", to_string(key_uuid));
    out.field("message", json_text(found.message));
    out.field("usage", found.has_usage
                           ? json{{"uploads", usage_of(found.uploads)}, {"downloads", usage_of(found.downloads)}}
                           : json(nullptr));
    out.finish();
}

} // namespace

void add_key_storage_limits(CLI::App& app) {
    const auto options = std::make_shared<limits_options>();
    auto* command = add_command(app, "key-storage-limits", "Show internal storage usage and limits of a key",
        [options](session& session) { run_key_storage_limits(session, *options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to query")->required();
}

} // namespace omegasafe::cli
