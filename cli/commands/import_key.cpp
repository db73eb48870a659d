// omegasafe import-key: an exported Alpha, bound to its ECS, with its Deltas and first claims.
#include "cli/key_context.hpp"
#include "cli/show/iteration_output.hpp"
#include "cli/terminal/passphrase.hpp"
#include "storage/records/cache_entry.hpp"
#include <algorithm>

namespace omegasafe::cli {

namespace {

struct import_key_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string ecs_uuid, input, passphrase_file;
};

key_iteration_ptr read_key(const import_key_options& options) {
    const auto source = std::make_shared<storage::file_source>(options.input);
    const bool sealed = storage::read_sfc_header(*source).password_protected;
    try {
        return storage::read_exported_key(source, sealed ? passphrase_for_import(options.passphrase_file) : nullptr);
    } catch (const failure& problem) {
        if (problem.code() != errc::password_wrong)
            throw;
        throw failure(errc::password_wrong, "The passphrase does not open " + options.input + "; try again.");
    }
}

/// At an HTTP ECS a key that was shared is not known to the other user before the invitation is accepted.
imported_key import_at(session& session, const key_iteration_ptr& alpha, const ecs_entry& ecs) {
    try {
        return session.ask<imported_key>(session.actors().delta_sync, import_key{alpha, ecs.ecs_uuid});
    } catch (const failure& problem) {
        if (problem.code() != errc::key_unknown || ecs.type != ecs_type::http)
            throw;
        throw failure(errc::key_unknown,
            "ECS " + ecs.name + " does not know key " + crypto::to_string(alpha->info.key_uuid) +
                " as one of yours; if it was shared with you, accept the invitation first (list-invites, "
                "accept-invite).");
    }
}

/// The small claim that reconciles: it pulls the missing Deltas and may fill the caches.
void pull_by_claim(session& session, const uuid& key_uuid) {
    try {
        session.ask<claimed_range>(session.actors().claimant, claim_request{key_uuid, 1});
    } catch (const failure& problem) {
        throw failure(problem.code(),
            std::string{"The Alpha was imported, but its Deltas are not complete: "} + problem.what() +
                " Then run pull-missing-deltas.",
            problem.detail());
    }
}

void tell_claims(session& session, outcome& out, const uuid& key_uuid) {
    const auto cache = session.ask<cache_entries_ptr>(session.actors().claim_cache, list_cache_entries{key_uuid});
    json counts = json::object();
    std::string text;
    for (const auto reason : {cache_reason::performance, cache_reason::offline}) {
        const auto name = std::string{storage::to_string(reason)};
        const auto count = std::ranges::count(cache->back().claims, reason, &storage::local_claim::reason);
        counts[name] = count;
        if (count > 0)
            text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
    }
    if (!text.empty())
        out.line("Local claims: " + text);
    out.field("local_claims_by_reason", std::move(counts));
}

void run_import_key(const import_key_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    session session{*options.common, 1};
    const auto actors = session.actors();
    const auto ecs = session.ask<ecs_entry>(actors.ecs_directory, resolve_ecs{ecs_uuid});
    const auto alpha = read_key(options);
    const auto& info = alpha->info;

    outcome out{*options.common};
    out.line("ECS: " + ecs.name + " (" + crypto::to_string(ecs.ecs_uuid) + ", " + type_name(ecs.type) + ")");
    const auto imported = import_at(session, alpha, ecs);
    out.line(imported.already_present ? "The Alpha was on this device already." : "Alpha imported.");
    pull_by_claim(session, info.key_uuid);
    const auto now = session.ask<iterations_ptr>(actors.key_store, list_key_iterations{info.key_uuid});
    out.line("Deltas on this device: " + std::to_string(now->size() - 1));
    tell_claims(session, out, info.key_uuid);
    out.line("Alpha of " + info.key_name);
    out.field("already_present", imported.already_present);
    out.field("key_name", info.key_name);
    out.field("ecs_uuid", crypto::to_string(ecs_uuid));
    out.field("alpha", tell_iteration(out, info));
    out.field("deltas", now->size() - 1);
    out.finish();
}

} // namespace

void add_import_key(CLI::App& app) {
    const auto options = std::make_shared<import_key_options>();
    auto* command = add_command(app, "import-key", "Import an exported Alpha and pull its Deltas", options->common,
        [options] { run_import_key(*options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS where the key is registered")->required();
    command->add_option("-i,--input-file", options->input, "Path to exported Alpha key file")->required();
    add_passphrase_option(*command, options->passphrase_file);
}

} // namespace omegasafe::cli
