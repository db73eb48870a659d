// What every command shares: the two common flags, the open config root, values from flags.
#pragma once

#include "actors/runtime.hpp"
#include "crypto/uuid.hpp"
#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::cli {

/// -d, -l and -j, which every command takes.
struct common_options {
    std::string config_dir;
    std::string log_level; // empty: INFO, with --json WARNING, so that stdout holds nothing else
    bool as_json = false;
    mutable bool opened_session = false; // by session: only then is an update looked for
};

/// Registers one command with help text and the common flags; `run` is called after parsing, with logging set up.
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& description,
    const std::shared_ptr<common_options>& common, const std::function<void()>& run);

/// An initialised config root with its actors. Throws failure(config_missing) when the root is not or half initialised.
class session {
public:
    explicit session(const common_options& common, unsigned workers = 0);

    const std::filesystem::path& root() const { return root_; }
    actors::runtime& runtime() { return runtime_; }
    services actors() { return runtime_.actors(); }

    template <class Answer, class Handle, class Request>
    Answer ask(const Handle& whom, Request request) {
        return actors::ask<Answer>(runtime_.system(), whom, std::move(request));
    }

private:
    std::filesystem::path root_;
    actors::runtime runtime_;
};

/// The text without control characters, line ends excepted: what comes from a server must not steer a terminal.
std::string printable(std::string_view text);

/// The local containers that init makes in a root, and config.ini.
inline constexpr const char* config_file_name = "config.ini";
inline constexpr const char* container_names[] = {"omegasafe_keys.sfc", "local_cache.sfc", "ecs_storage.sfc"};

/// A UUID from a flag; failure(usage) names the flag.
uuid parse_uuid_flag(const std::string& text, const std::string& flag);

/// A number of workers from a flag: empty means 0 (all cores), else 1 .. limits::max_threads; failure(usage) names the
/// flag.
unsigned parse_workers_flag(const std::string& text, const std::string& flag);

/// Why `name` is no name for a key or an ECS; nothing when it is one (1-255 bytes, no control characters).
std::optional<std::string> name_problem(const std::string& name);

/// Why `path` cannot be a new file's: it names none, or its folder is missing. Nothing when it can.
std::optional<std::string> file_path_problem(const std::string& path);

/// One line of command output on stdout, printable.
void print(const std::string& line);

// One per command; each stands in a file of its own name.
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
