// What a client does with External Claims Storages and with the account at an HTTP ECS.
#include "ecs/ecs_entry_file.hpp"
#include "ecs/ecs_sfc.hpp"
#include "engine/context.hpp"
#include "engine/update_check.hpp"

namespace omegasafe {

namespace fs = std::filesystem;
using engine::to_info;

std::vector<ecs_info> client::list_ecs() {
    std::vector<ecs_info> all;
    for (const auto& entry : context_->configured_ecs())
        all.push_back(to_info(entry));
    return all;
}

ecs_info client::find_ecs(const std::optional<uuid>& wanted) {
    return to_info(context_->resolve(wanted));
}

ecs_info client::create_sfc_ecs(const std::string& name, const fs::path& path) {
    return to_info(context_->ask<ecs_entry>(context_->actors().ecs_directory, omegasafe::create_sfc_ecs{name, path}));
}

bool client::free_for_sfc_ecs(const fs::path& path) {
    std::error_code unknown;
    return !fs::exists(path, unknown) || ecs::ecs_sfc::unused_ecs(path).has_value();
}

ecs_info client::create_http_ecs(const new_http_ecs& wanted) {
    const auto entry = context_->ask<ecs_entry>(context_->actors().ecs_directory,
        omegasafe::create_http_ecs{wanted.name, wanted.url, wanted.api_key, wanted.development_mode});
    engine::enable_update_check(context_->root());
    return to_info(entry);
}

ecs_info client::edit_ecs(const uuid& ecs_uuid, const ecs_changes& changes) {
    omegasafe::edit_ecs request{
        ecs_uuid, changes.name, {}, changes.move_file, changes.url, changes.api_key, changes.check_certificate};
    if (changes.path)
        request.path = *changes.path;
    return to_info(context_->ask<ecs_entry>(context_->actors().ecs_directory, std::move(request)));
}

ecs_info client::export_ecs(const uuid& ecs_uuid, const fs::path& output) {
    const auto entry = context_->resolve(ecs_uuid);
    ecs::export_ecs(output, entry);
    return to_info(entry);
}

ecs_info client::import_ecs(const fs::path& input) {
    const auto entry = ecs::read_exported_ecs(input);
    context_->ask<void>(context_->actors().ecs_directory, omegasafe::import_ecs{entry});
    if (entry.type == ecs_type::http)
        engine::enable_update_check(context_->root());
    return to_info(entry);
}

ecs_account client::account(const uuid& ecs_uuid) {
    return context_->ask<ecs_account>(context_->connect_account(ecs_uuid), get_account{});
}

std::vector<ecs_storage> client::list_storages(const uuid& ecs_uuid) {
    return context_->ask<std::vector<ecs_storage>>(context_->connect_account(ecs_uuid), list_ecs_storages{});
}

ecs_storage client::view_storage(const uuid& ecs_uuid, const uuid& storage_uuid) {
    return context_->ask<ecs_storage>(context_->connect_account(ecs_uuid), view_ecs_storage{storage_uuid});
}

ecs_outcome client::create_storage(const uuid& ecs_uuid, const storage_fields& fields) {
    return context_->ask<ecs_outcome>(context_->connect_account(ecs_uuid), create_ecs_storage{fields});
}

ecs_outcome client::edit_storage(const uuid& ecs_uuid, const uuid& storage_uuid, const storage_fields& fields) {
    return context_->ask<ecs_outcome>(context_->connect_account(ecs_uuid), edit_ecs_storage{storage_uuid, fields});
}

ecs_outcome client::delete_storage(const uuid& ecs_uuid, const uuid& storage_uuid) {
    return context_->ask<ecs_outcome>(context_->connect_account(ecs_uuid), delete_ecs_storage{storage_uuid});
}

key_limits client::storage_limits(const uuid& key_uuid) {
    return context_->ask<key_limits>(
        context_->connect_account(ecs_of_key(key_uuid).ecs_uuid), get_key_limits{key_uuid});
}

key_invite client::share_key(const uuid& key_uuid, const std::string& email, key_role role) {
    return context_->ask<key_invite>(
        context_->connect_account(ecs_of_key(key_uuid).ecs_uuid), invite_to_key{key_uuid, email, role});
}

std::vector<key_share> client::list_shares(const uuid& key_uuid, const std::optional<uuid>& ecs_uuid) {
    const auto ecs = ecs_uuid ? *ecs_uuid : ecs_of_key(key_uuid).ecs_uuid;
    return context_->ask<std::vector<key_share>>(context_->connect_account(ecs), list_key_shares{key_uuid});
}

ecs_outcome client::revoke_share(const uuid& key_uuid, const std::string& email) {
    return context_->ask<ecs_outcome>(
        context_->connect_account(ecs_of_key(key_uuid).ecs_uuid), revoke_key_share{key_uuid, email});
}

std::vector<key_invite> client::list_invites(const uuid& ecs_uuid) {
    return context_->ask<std::vector<key_invite>>(context_->connect_account(ecs_uuid), list_key_invites{});
}

ecs_outcome client::answer_invite(const uuid& ecs_uuid, const uuid& invite_uuid, bool accept) {
    return context_->ask<ecs_outcome>(
        context_->connect_account(ecs_uuid), omegasafe::answer_invite{invite_uuid, accept});
}

} // namespace omegasafe
