// What a client does with keys.
#include "engine/context.hpp"
#include "storage/container/sfc_header.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/exported_key.hpp"
#include <algorithm>
#include <omegasafe/config.hpp>

namespace omegasafe {

namespace fs = std::filesystem;
using engine::require_ecs;

namespace {

/// An exported key. `passphrase` is asked for when the file is sealed.
storage::exported_key read_exported(const fs::path& input, const std::function<secure_bytes()>& passphrase) {
    const auto source = std::make_shared<storage::file_source>(input);
    password_ptr password;
    if (storage::read_sfc_header(*source).password_protected) {
        if (!passphrase)
            throw failure(errc::password_missing, "The exported key " + input.string() + " needs its passphrase.");
        password = std::make_shared<storage::sfc_password>(passphrase().text());
    }
    try {
        return storage::read_exported_key(source, password);
    } catch (const failure& problem) {
        if (problem.code() != errc::password_wrong)
            throw;
        throw failure(errc::password_wrong, "The passphrase does not open " + input.string() + "; try again.");
    }
}

/// At an HTTP ECS a key that was shared is not known to the other user before the invitation is accepted.
imported_key import_at(engine::context& context, const storage::exported_key& key, const ecs_entry& ecs) {
    const auto layer = key.layer ? std::make_shared<const storage::key_layer>(*key.layer) : nullptr;
    try {
        return context.ask<imported_key>(
            context.actors().delta_sync, omegasafe::import_key{key.alpha, ecs.ecs_uuid, layer});
    } catch (const failure& problem) {
        if (problem.code() != errc::key_unknown || ecs.type != ecs_type::http)
            throw;
        throw failure(errc::key_unknown,
            "ECS " + ecs.name + " does not know key " + to_string(key.alpha->info.key_uuid) +
                " as one of yours; if it was shared with you, accept the invitation first (list-invites, "
                "accept-invite).");
    }
}

/// The small claim that reconciles: it pulls the missing Deltas and may fill the caches.
void pull_by_claim(engine::context& context, const uuid& key_uuid) {
    try {
        context.ask<claimed_range>(context.actors().claimant, claim_request{key_uuid, 1});
    } catch (const failure& problem) {
        throw failure(problem.code(),
            std::string{"The Alpha was imported, but its Deltas are not complete: "} + problem.what() +
                " Then run pull-missing-deltas.",
            problem.detail());
    }
}

/// Runs one part; why it failed, if it did.
template <class F>
std::optional<failure> attempt(F action) {
    try {
        action();
        return std::nullopt;
    } catch (const failure& problem) {
        return problem;
    }
}

} // namespace

local_key client::find_key(const uuid& key_uuid) {
    return context_->find_key(key_uuid);
}

ecs_info client::ecs_of_key(const uuid& key_uuid) {
    return require_ecs(context_->find_key_ends(key_uuid));
}

key_creation client::create_key(const new_key& wanted) {
    const auto& g = wanted.geometry;
    const auto created = context_->ask<created_key>(
        context_->actors().delta_sync, omegasafe::create_key{wanted.name, wanted.ecs_uuid, g.nucleus_bytes,
                                           g.rotor_bytes, g.rotors, wanted.max_workers, wanted.storage_uuid});
    return {created.iterations->front(), created.iterations->back()};
}

ecs_outcome client::edit_key(const uuid& key_uuid, const key_changes& changes) {
    const auto ecs = ecs_of_key(key_uuid);
    if (changes.storage_uuid)
        context_->connect_account(ecs.ecs_uuid); // refuses an SFC ECS
    return context_->ask<ecs_outcome>(context_->connect(ecs.ecs_uuid),
        edit_ecs_key{key_uuid, changes.name, changes.omegasafe_version, changes.storage_uuid});
}

ecs_key client::key_at_ecs(const uuid& key_uuid) {
    return context_->ask<ecs_key>(context_->connect(ecs_of_key(key_uuid).ecs_uuid), get_ecs_key{key_uuid});
}

key_deletion client::delete_key(const uuid& key_uuid) {
    const auto key = context_->find_key_ends(key_uuid);
    const auto actors = context_->actors();
    key_deletion result;
    result.ecs =
        attempt([&] { context_->ask<void>(context_->connect(require_ecs(key).ecs_uuid), delete_ecs_key{key_uuid}); });
    // The Alpha goes last: without it this could not be done again, should it be interrupted.
    result.cache = attempt([&] { context_->ask<void>(actors.claim_cache, remove_key{key_uuid}); });
    result.local = attempt([&] { context_->ask<void>(actors.key_store, remove_key{key_uuid}); });
    return result;
}

layer_source client::layer_of_key(const uuid& key_uuid) {
    return context_->ask<layer_in_use>(context_->actors().key_store, get_key_layer{key_uuid}).source;
}

void client::set_key_layer(const uuid& key_uuid, const secret_ptr& password) {
    if (const auto problem = password ? layer_password_problem(password->text()) : std::nullopt)
        throw failure(errc::usage, *problem);
    context_->ask<void>(context_->actors().key_store, omegasafe::set_key_layer{key_uuid, password});
}

iteration_info client::export_key(const uuid& key_uuid, const fs::path& output, const secret_ptr& passphrase) {
    const auto alpha = context_->ask<key_iteration_ptr>(context_->actors().key_store, load_iteration{key_uuid, 0});
    storage::exported_key exported{alpha, std::nullopt};
    if (passphrase) // before the file is there: one that names another layer than the key has here would mislead
        exported.layer = *context_->ask<key_layer_ptr>(context_->actors().key_store, pin_key_layer{key_uuid});
    storage::export_key(
        output, exported, passphrase ? std::make_shared<storage::sfc_password>(passphrase->text()) : nullptr);
    return alpha->info;
}

key_import client::import_key(
    const fs::path& input, const uuid& ecs_uuid, const std::function<secure_bytes()>& passphrase) {
    const auto ecs = context_->resolve(ecs_uuid);
    const auto key = read_exported(input, passphrase);
    const auto& info = key.alpha->info;
    const auto imported = import_at(*context_, key, ecs);
    pull_by_claim(*context_, info.key_uuid);
    const auto actors = context_->actors();
    const auto now = context_->ask<iterations_ptr>(actors.key_store, list_key_iterations{info.key_uuid});
    const auto cache = context_->ask<cache_entries_ptr>(actors.claim_cache, list_cache_entries{info.key_uuid, {}});
    return {imported.already_present, info, now->size() - 1, engine::to_info(ecs), engine::summarize(*cache),
        key.layer.has_value(), layer_of_key(info.key_uuid)};
}

delta_import client::import_delta(std::vector<std::uint8_t> container) {
    const auto imported = context_->ask<imported_delta>(context_->actors().delta_sync,
        omegasafe::import_delta{std::make_shared<const std::vector<std::uint8_t>>(std::move(container))});
    return {imported.already_present, imported.delta->info};
}

pulled_deltas client::pull_deltas(const uuid& key_uuid) {
    const auto key = context_->find_key(key_uuid);
    require_ecs(key);
    auto report = context_->ask<pull_report>(context_->actors().delta_sync, omegasafe::pull_deltas{key_uuid, {}});
    pulled_deltas result;
    std::ranges::copy_if(report.known, std::back_inserter(result.missing), [&](const ecs_delta& delta) {
        return std::ranges::find(key.iterations, delta.delta_uuid, &iteration_info::iteration_uuid) ==
               key.iterations.end();
    });
    result.pulled = std::move(report.pulled);
    return result;
}

ecs_delta client::newest_delta(const uuid& key_uuid) {
    const auto key = context_->find_key_ends(key_uuid);
    const auto deltas =
        context_->ask<std::vector<ecs_delta>>(context_->connect(require_ecs(key).ecs_uuid), list_deltas{key_uuid});
    if (deltas.empty() || key.newest().is_alpha() || deltas.back().delta_uuid != key.newest().iteration_uuid)
        throw failure(errc::delta_conflict,
            "The newest Delta here is not the newest at the ECS; nothing was changed. Run 'omegasafe "
            "pull-missing-deltas --key-uuid " +
                to_string(key_uuid) + "' first.");
    return deltas.back();
}

ecs_delta client::fast_forward(const uuid& key_uuid, std::uint64_t size) {
    return context_->ask<ecs_delta>(context_->actors().claimant, omegasafe::fast_forward{key_uuid, size});
}

std::vector<std::uint8_t> read_delta(const fs::path& input) {
    return storage::read_file(input, limits::delta_container_bytes);
}

} // namespace omegasafe
