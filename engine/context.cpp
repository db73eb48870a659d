#include "engine/context.hpp"

#include "actors/key_access.hpp"
#include "crypto/kernels/dispatch.hpp"
#include "messages/log.hpp"
#include "storage/config/config_file.hpp"
#include "storage/files/file_status.hpp"
#include "storage/records/cache_entry.hpp"
#include <algorithm>

namespace omegasafe::engine {

namespace fs = std::filesystem;

namespace {

fs::path checked_root(const fs::path& wanted) {
    if (const auto problem = crypto::kernel_override_problem())
        throw failure(errc::usage, *problem);
    return find_config_root(wanted);
}

/// An older copy of the cache could give positions out again.
constexpr const char* without_cache =
    " is missing. Do not put an older version in its place: start over in another folder with 'omegasafe init "
    "--config-dir FOLDER' and import-key your exported keys.";
constexpr const char* without_other = " is missing. Restore it from a copy, or start over with "
                                      "'omegasafe init --override-existing'.";

/// A root counts as initialised when config.ini and the containers at their configured places are there.
void require_initialised(const fs::path& root, const storage::settings& settings) {
    for (const auto& path : {settings.keys_path, settings.cache_path, settings.ecs_path})
        if (!storage::is_there(path))
            throw failure(errc::config_missing, "The configuration in " + root.string() +
                                                    " is incomplete: " + path.string() +
                                                    (path == settings.cache_path ? without_cache : without_other));
}

/// The program's callback. Whatever it throws is its way to say no.
actors::password_source guarded(const std::function<secure_bytes()>& ask_password) {
    if (!ask_password)
        return {};
    return [ask_password] {
        try {
            return ask_password();
        } catch (const failure&) {
            throw;
        } catch (...) {
            throw failure(errc::aborted, "No configuration password was given.");
        }
    };
}

} // namespace

context::context(const client_options& options)
    : root_(checked_root(options.config_dir)),
      runtime_(root_, options.max_threads, actors::connect_to, guarded(options.password)) {
    require_initialised(root_, *ask<settings_ptr>(actors().config, get_settings{}));
}

context::~context() {
    if (!log::heard(log_level::debug))
        return;
    try {
        for (const auto& actor : runtime_.status()) {
            std::string line = "Actor " + actor.name;
            for (const auto& [label, value] : actor.values)
                line += ", " + label + ": " + value;
            log::say(log_level::debug, line);
        }
    } catch (const failure& problem) {
        log::debug("The actors did not say how they are: {}", problem.what());
    }
}

std::vector<ecs_entry> context::configured_ecs() {
    return ask<std::vector<ecs_entry>>(actors().ecs_directory, list_ecs{});
}

ecs_entry context::resolve(const std::optional<uuid>& wanted) {
    return ask<ecs_entry>(actors().ecs_directory, resolve_ecs{wanted});
}

ecs_connection_actor context::connect(const uuid& ecs_uuid) {
    return ask<ecs_connection_actor>(actors().ecs_directory, connect_ecs{ecs_uuid});
}

ecs_account_actor context::connect_account(const uuid& ecs_uuid) {
    return ask<ecs_account_actor>(actors().ecs_directory, omegasafe::connect_account{ecs_uuid});
}

local_key context::find_key(const uuid& key_uuid) {
    return with_ecs(key_uuid, *ask<iterations_ptr>(actors().key_store, list_key_iterations{key_uuid}));
}

local_key context::find_key_ends(const uuid& key_uuid) {
    return with_ecs(key_uuid, *ask<iterations_ptr>(actors().key_store, list_key_ends{key_uuid}));
}

local_key context::with_ecs(const uuid& key_uuid, std::vector<iteration_info> iterations) {
    local_key key;
    key.key_uuid = key_uuid;
    key.iterations = std::move(iterations);
    const auto alpha = key.iterations.front().iteration_uuid;
    key.ecs_uuid =
        storage::ecs_of_key(*ask<cache_entries_ptr>(actors().claim_cache, list_cache_entries{key_uuid, alpha}), alpha);
    if (!key.ecs_uuid)
        return key;
    const auto configured = configured_ecs();
    const auto found = std::ranges::find(configured, *key.ecs_uuid, &ecs_entry::ecs_uuid);
    if (found != configured.end())
        key.ecs = to_info(*found);
    return key;
}

ecs_info to_info(const ecs_entry& entry) {
    return {entry.ecs_uuid, entry.name, entry.type, entry.path, entry.url, entry.development_mode};
}

const ecs_info& require_ecs(const local_key& key) {
    if (!key.ecs_uuid)
        throw actors::not_linked(key.key_uuid);
    if (!key.ecs)
        throw failure(errc::ecs_unknown, "The ECS " + to_string(*key.ecs_uuid) + " of key " + to_string(key.key_uuid) +
                                             " is not configured on this device; add it with import-ecs.");
    return *key.ecs;
}

std::optional<cache_summary> summarize(const std::vector<storage::cache_entry>& entries) {
    if (entries.empty())
        return std::nullopt;
    const auto& entry = entries.back();
    cache_summary summary{entry.iteration_uuid, entry.ecs_uuid, entry.claims.size(), {}};
    for (const auto reason : {cache_reason::performance, cache_reason::offline}) {
        held_claims held{reason, 0, {}};
        for (const auto& claim : entry.claims)
            if (claim.reason == reason) {
                ++held.count;
                held.left.remaining += claim.remaining();
                held.left.total += claim.range.size();
            }
        summary.held.push_back(held);
    }
    return summary;
}

} // namespace omegasafe::engine
