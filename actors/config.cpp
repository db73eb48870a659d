#include "actors/config.hpp"

#include "actors/runtime.hpp"
#include "storage/config/config_file.hpp"
#include "storage/config/keyring.hpp"
#include "storage/container/container_file.hpp"
#include "storage/files/atomic_file.hpp"
#include <spdlog/spdlog.h>
#include <sys/stat.h>

namespace omegasafe::actors {

namespace {

namespace fs = std::filesystem;

struct config_state {
    fs::path root;
    settings_ptr settings;             // read once: one snapshot a process
    password_ptr container_password;   // resolved once: the keyring is slow
    std::optional<password_ptr> layer; // set once known; null inside: no layer
};

const settings_ptr& settings_of(config_state& state) {
    if (!state.settings) {
        state.settings = std::make_shared<const storage::settings>(storage::load_settings(state.root));
        for (const auto& warning : state.settings->warnings)
            spdlog::warn("{}", warning);
    }
    return state.settings;
}

void make_root_folder(const fs::path& root, bool create_folder) {
    if (fs::is_directory(root))
        return;
    if (!create_folder)
        throw failure(errc::config_missing,
            "The config directory " + root.string() + " does not exist; create it first (mkdir -m 700).");
    if (::mkdir(root.c_str(), 0700) != 0)
        throw failure(errc::output_refused, "The config directory " + root.string() + " cannot be created.");
}

/// config.ini comes last: its presence means that the root is complete.
void write_root(const fs::path& root, const create_root& request) {
    make_root_folder(root, request.create_folder);
    const auto password = std::make_shared<storage::sfc_password>(request.password->text());
    for (const auto* name : {"omegasafe_keys.sfc", "local_cache.sfc", "ecs_storage.sfc"})
        storage::create_container(root / name, password, {}, request.replace);
    auto text = storage::default_config_text();
    if (request.layer_password)
        text = storage::with_property(text, "TRADITIONAL_ENC_LAYER_PASS", request.layer_password->text());
    storage::atomic_file file(
        root / "config.ini", request.replace ? storage::existing_target::replace : storage::existing_target::refuse);
    file.write_at(0, crypto::as_bytes(text));
    file.commit();
}

} // namespace

config_actor::behavior_type config_behavior(config_actor::pointer self, std::filesystem::path root) {
    self->set_exception_handler(crash_error);
    const auto state = std::make_shared<config_state>();
    state->root = std::move(root);
    return {
        handle([state](get_settings) { return settings_of(*state); }),
        handle([state](get_container_password) {
            if (!state->container_password) {
                const auto password = storage::resolve_config_password();
                state->container_password = std::make_shared<storage::sfc_password>(password.text());
            }
            return state->container_password;
        }),
        handle([state](get_layer_password) -> password_ptr {
            if (!state->layer) {
                const auto& password = settings_of(*state)->traditional_layer_password;
                state->layer = password.empty() ? nullptr : std::make_shared<storage::sfc_password>(password.text());
            }
            return *state->layer;
        }),
        handle([state](const create_root& request) {
            write_root(state->root, request);
            state->settings = nullptr;
            state->container_password = nullptr;
        }),
        handle([state](const set_config& request) { storage::set_properties(state->root, request.changes); }),
    };
}

} // namespace omegasafe::actors
