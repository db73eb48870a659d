// omegasafe import-key: an exported Alpha, bound to its ECS, with its Deltas and first claims.
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/show/iteration_output.hpp"
#include "cli/show/key_details.hpp"
#include "cli/terminal/passphrase.hpp"

namespace omegasafe::cli {

namespace {

struct import_key_options {
    std::string ecs_uuid, input, passphrase_file;
};

void tell_claims(outcome& out, const std::optional<cache_summary>& cache) {
    json counts = json::object();
    std::string text;
    for (const auto reason : {cache_reason::performance, cache_reason::offline}) {
        const auto name = name_of(reason);
        const auto count = held_for(cache, reason).count;
        counts[name] = count;
        if (count > 0)
            text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
    }
    if (!text.empty())
        out.line("Local claims: " + text);
    out.field("local_claims_by_reason", std::move(counts));
}

void run_import_key(session& session, const import_key_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    auto& client = session.open();
    const auto imported =
        client.import_key(options.input, ecs_uuid, [&] { return passphrase_for_import(options.passphrase_file); });
    const auto& ecs = imported.ecs;

    outcome out{session};
    out.line("ECS: " + ecs.name + " (" + to_string(ecs.ecs_uuid) + ", " + type_name(ecs.type) + ")");
    out.line(imported.already_present ? "The Alpha was on this device already." : "Alpha imported.");
    out.line("Deltas on this device: " + std::to_string(imported.deltas));
    tell_claims(out, imported.cache);
    tell_layer(out, imported.layer);
    out.field("layer_imported", imported.layer_taken);
    if (!imported.layer_taken)
        out.lines("The exported key does not say what its layer is elsewhere. If it has another\n"
                  "password there, put it into a file of yours alone and give it to the key here:\n"
                  "  omegasafe edit-key -k " +
                  to_string(imported.alpha.key_uuid) + " \\\n    --layer-password-file FILE");
    out.line("Alpha of " + imported.alpha.key_name);
    out.field("already_present", imported.already_present);
    out.field("key_name", imported.alpha.key_name);
    out.field("ecs_uuid", to_string(ecs_uuid));
    out.field("alpha", tell_iteration(out, imported.alpha));
    out.field("deltas", imported.deltas);
    out.finish();
}

} // namespace

void add_import_key(CLI::App& app) {
    const auto options = std::make_shared<import_key_options>();
    auto* command = add_command(app, "import-key", "Import an exported Alpha and pull its Deltas",
        [options](session& session) { run_import_key(session, *options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS where the key is registered")->required();
    command->add_option("-i,--input-file", options->input, "Path to exported Alpha key file")->required();
    add_passphrase_option(*command, options->passphrase_file);
}

} // namespace omegasafe::cli
