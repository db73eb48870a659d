// omegasafe create-key: a new Alpha, registered at an ECS, with its first Delta.
#include "cli/ask/key_profile.hpp"
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/show/format.hpp"
#include "cli/show/iteration_output.hpp"
#include "cli/show/storage_output.hpp"
#include "cli/terminal/terminal.hpp"
#include <algorithm>

namespace omegasafe::cli {

namespace {

struct create_key_options {
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

/// Which of several storages, on a terminal.
ecs_storage ask_for_storage(const std::vector<ecs_storage>& storages) {
    show_guidance("Storages of this ECS. For keys that matter choose one of your own (BYOS): it has no\n"
                  "limits but its own. Cloudflare R2 has a free tier well beyond what OmegaSafe needs.");
    for (std::size_t i = 0; i < storages.size(); ++i)
        show_guidance("  " + std::to_string(i + 1) + " " + describe(storages[i]));
    const auto check = [&](const std::string& text) {
        for (std::size_t i = 1; i <= storages.size(); ++i)
            if (text == std::to_string(i))
                return std::optional<std::string>{};
        return std::optional<std::string>{"Enter a number from 1 to " + std::to_string(storages.size()) + "."};
    };
    return storages[std::stoul(ask_line("Storage", "--storage-uuid", check, "1")) - 1];
}

/// Reference, create-key: the flag's, else the only one, else asked for.
ecs_storage choose_storage(client& client, const ecs_info& ecs, const std::optional<uuid>& wanted) {
    const auto storages = client.list_storages(ecs.ecs_uuid);
    if (wanted) {
        const auto found = std::ranges::find(storages, *wanted, &ecs_storage::storage_uuid);
        if (found == storages.end())
            throw failure(errc::ecs_rejected, "ECS " + ecs.name + " has no storage " + to_string(*wanted) +
                                                  " of yours; list-ecs-storages shows those it has.");
        return *found;
    }
    if (storages.empty())
        throw failure(
            errc::ecs_rejected, "ECS " + ecs.name + " has no storage for Deltas; make one with create-ecs-storage.");
    if (storages.size() == 1)
        return storages.front();
    if (!interactive())
        throw failure(errc::usage, "ECS " + ecs.name + " has " + std::to_string(storages.size()) +
                                       " storages; choose one with --storage-uuid (list-ecs-storages shows them).");
    return ask_for_storage(storages);
}

/// Nothing on an SFC ECS, which keeps Deltas in its own file.
std::optional<ecs_storage> storage_for_key(client& client, const create_key_options& options, const ecs_info& ecs) {
    const auto wanted = parse_optional_uuid_flag(options.storage_uuid, "--storage-uuid");
    if (ecs.type == ecs_type::http)
        return choose_storage(client, ecs, wanted);
    if (wanted)
        throw failure(errc::ecs_type_mismatch,
            "--storage-uuid is for an HTTP ECS; " + ecs.name + " is an SFC ECS and keeps Deltas in its own file.");
    return std::nullopt;
}

void run_create_key(session& session, const create_key_options& options) {
    const auto workers = parse_workers_flag(options.max_workers, "--max-workers");
    const auto wanted = parse_optional_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    auto& client = session.open(workers);
    const auto ecs = client.find_ecs(wanted);
    const auto stored_at = storage_for_key(client, options, ecs);
    outcome out{session};
    out.line("ECS: " + describe(ecs));
    if (stored_at)
        out.line("Storage: " + describe(*stored_at));
    const auto name = require_key_name(options);
    const auto profile = choose_profile(options.profile);
    const auto& g = profile.geometry;
    out.line("Key profile: " + profile.name + " (nucleus " + decimal_size(g.nucleus_bytes, 2) + ", " +
             std::to_string(g.rotors) + " rotors of " + decimal_size(g.rotor_bytes, 2) + ")");
    out.lines(capacity_summary(g));

    const auto storage_uuid = stored_at ? std::optional{stored_at->storage_uuid} : std::nullopt;
    const auto created = client.create_key({name, ecs.ecs_uuid, g, workers, storage_uuid});
    out.line("Key created: " + name);
    out.field("key_name", name);
    out.field("key_uuid", to_string(created.alpha.key_uuid));
    out.field("ecs_uuid", to_string(ecs.ecs_uuid));
    out.field("storage_uuid", json_uuid(storage_uuid));
    out.field("storage_name", stored_at ? json(stored_at->name) : json(nullptr));
    out.field("profile", profile.name);
    out.line("Alpha");
    out.field("alpha", tell_iteration(out, created.alpha));
    out.line("First Delta");
    out.field("first_delta", tell_iteration(out, created.first_delta));
    out.finish();
}

} // namespace

void add_create_key(CLI::App& app) {
    const auto options = std::make_shared<create_key_options>();
    auto* command = add_command(app, "create-key", "Create a key and its first Delta, or ask how",
        [options](session& session) { run_create_key(session, *options); });
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
