// The commands: each registers itself with its help text. One per command; each stands in commands/, in a file of its
// own name.
#pragma once

namespace CLI {
class App;
}

namespace omegasafe::cli {

void add_init(CLI::App& app);
void add_set_config(CLI::App& app);
void add_erase_all(CLI::App& app);
void add_create_key(CLI::App& app);
void add_list_keys(CLI::App& app);
void add_view_key(CLI::App& app);
void add_edit_key(CLI::App& app);
void add_delete_key(CLI::App& app);
void add_export_key(CLI::App& app);
void add_import_key(CLI::App& app);
void add_import_key_delta(CLI::App& app);
void add_pull_missing_deltas(CLI::App& app);
void add_key_storage_limits(CLI::App& app);
void add_list_ecs(CLI::App& app);
void add_create_http_ecs(CLI::App& app);
void add_create_sfc_ecs(CLI::App& app);
void add_edit_ecs(CLI::App& app);
void add_export_ecs(CLI::App& app);
void add_import_ecs(CLI::App& app);
void add_list_ecs_storages(CLI::App& app);
void add_view_ecs_storage(CLI::App& app);
void add_create_ecs_storage(CLI::App& app);
void add_edit_ecs_storage(CLI::App& app);
void add_delete_ecs_storage(CLI::App& app);
void add_share_key(CLI::App& app);
void add_list_invites(CLI::App& app);
void add_accept_invite(CLI::App& app);
void add_revoke_share(CLI::App& app);
void add_fast_forward_claim(CLI::App& app);
void add_encrypt(CLI::App& app);
void add_decrypt(CLI::App& app);
void add_encrypt_tree(CLI::App& app);
void add_decrypt_tree(CLI::App& app);
void add_verify(CLI::App& app);
void add_inspect(CLI::App& app);
void add_speed(CLI::App& app);

} // namespace omegasafe::cli
