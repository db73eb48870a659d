// omegasafe create-key: a new Alpha, registered at an ECS, with its first Delta.
#include "cli/format.hpp"
#include "cli/iteration_output.hpp"
#include "cli/key_profile.hpp"
#include "cli/terminal.hpp"
#include "storage/key_iteration.hpp"

namespace omegasafe::cli {

namespace {

struct create_key_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string ecs_uuid, key_name, storage_uuid, max_workers;
    profile_flags profile;
};

std::string require_key_name(const create_key_options& options) {
    if (options.key_name.empty())
        return ask_line("Key name", "--key-name", name_problem);
    if (const auto problem = name_problem(options.key_name))
        throw failure(errc::usage, "--key-name: " + *problem);
    return options.key_name;
}

void run_create_key(const create_key_options& options) {
    const auto workers = parse_workers_flag(options.max_workers, "--max-workers");
    std::optional<uuid> wanted;
    if (!options.ecs_uuid.empty())
        wanted = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    session session{*options.common, workers};
    const auto actors = session.actors();
    const auto ecs = session.ask<ecs_entry>(actors.ecs_directory, resolve_ecs{wanted});
    if (!options.storage_uuid.empty())
        throw failure(errc::usage,
            "--storage-uuid is for an HTTP ECS; " + ecs.name + " is an SFC ECS and keeps Deltas in its own file.");
    outcome out{*options.common};
    out.line("ECS: " + ecs.name + " (" + crypto::to_string(ecs.ecs_uuid) + ", SFC, " + ecs.path + ")");
    const auto name = require_key_name(options);
    const auto profile = choose_profile(options.profile);
    const auto& g = profile.geometry;
    out.line("Key profile: " + profile.name + " (nucleus " + decimal_size(g.nucleus_bytes, 2) + ", " +
             std::to_string(g.rotors) + " rotors of " + decimal_size(g.rotor_bytes, 2) + ")");
    out.line(capacity_summary(g));

    const auto created = session.ask<created_key>(
        actors.delta_sync, create_key{name, ecs.ecs_uuid, g.nucleus_bytes, g.rotor_bytes, g.rotors, workers});
    out.line("Key created: " + name);
    out.field("key_name", name);
    out.field("key_uuid", crypto::to_string(created.iterations->front().key_uuid));
    out.field("ecs_uuid", crypto::to_string(ecs.ecs_uuid));
    out.field("profile", profile.name);
    out.line("Alpha");
    out.field("alpha", tell_iteration(out, created.iterations->front()));
    out.line("First Delta");
    out.field("first_delta", tell_iteration(out, created.iterations->back()));
    out.finish();
}

} // namespace

void add_create_key(CLI::App& app) {
    const auto options = std::make_shared<create_key_options>();
    auto* command = add_command(app, "create-key", "Create a key and its first Delta, or ask how", options->common,
        [options] { run_create_key(*options); });
    command->add_option("-c,--number-of-rotors", options->profile.rotors, "Number of rotors (2 to 4)");
    command->add_option(
        "-e,--ecs-uuid", options->ecs_uuid, "Target ECS UUID (default: ECS_UUID_DEFAULT, then\nthe only ECS)");
    command->add_option("-k,--key-name", options->key_name, "Key display name");
    command->add_option("-n,--nucleus-size-mb", options->profile.nucleus_mb, "Nucleus size in MB (0.10 to 1.00)");
    command->add_option("-r,--rotor-size-mb", options->profile.rotor_mb, "Rotor size in MB (0.10 to 1.00)");
    command->add_option("-s,--storage-uuid", options->storage_uuid, "Storage UUID for HTTP ECS Delta uploads");
    command->add_option("-w,--max-workers", options->max_workers, "Worker limit for key generation");
}

} // namespace omegasafe::cli
