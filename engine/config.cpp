// Config roots before they are opened: made by the config actor, erased file by file.
#include "actors/runtime.hpp"
#include "crypto/kdf.hpp"
#include "engine/keyring_erasure.hpp"
#include "storage/config/config_file.hpp"
#include "storage/config/config_root_files.hpp"
#include "storage/config/keyring.hpp"
#include "storage/config/password_strength.hpp"
#include "storage/config/secret_source.hpp"
#include "storage/files/file_move.hpp"
#include "storage/files/file_status.hpp"
#include <algorithm>
#include <omegasafe/config.hpp>

namespace omegasafe {

namespace fs = std::filesystem;

fs::path find_config_root(const fs::path& wanted) {
    return storage::resolve_config_root(wanted.string());
}

bool anything_in_config_root(const fs::path& root) {
    const auto there = [&](const char* name) { return storage::is_there(root / name); };
    return there(storage::config_file_name) || std::ranges::any_of(storage::container_names, there);
}

std::optional<secure_bytes> secret_from_environment(const std::string& name) {
    return storage::secret_from_environment(name, storage::secret_commands::ignored);
}

secure_bytes secret_from_file(const fs::path& file, const std::string& origin) {
    return storage::secret_from_file(file.string(), origin);
}

std::optional<secure_bytes> environment_password() {
    return storage::environment_password();
}

std::optional<secure_bytes> keyring_password() {
    return storage::keyring_lookup(storage::keyring_labels::from_environment());
}

secure_bytes generate_password() {
    return crypto::generate_password();
}

secure_bytes generate_layer_password() {
    for (;;) // the rare password without a digit would be refused
        if (auto password = crypto::generate_password(); storage::acceptable_layer_password(password.text()))
            return password;
}

std::optional<std::string> password_weakness(std::string_view password) {
    return storage::password_weakness(password);
}

std::optional<std::string> layer_password_problem(std::string_view password) {
    if (!password.empty() && storage::acceptable_layer_password(password))
        return std::nullopt;
    return "A layer password has at least 8 characters, a letter and a digit, and no white space.";
}

void create_config(const new_config& wanted) {
    actors::runtime runtime{wanted.root, 1};
    actors::ask<void>(runtime.system(), runtime.actors().config,
        create_root{wanted.password, wanted.replace, wanted.create_folder, wanted.layer_password, wanted.keyring});
}

config_files list_config_files(const fs::path& root) {
    auto found = storage::find_config_root_files(root);
    return {std::move(found.root), std::move(found.ours), std::move(found.others), std::move(found.unreachable),
        std::move(found.root_links), std::move(found.containers)};
}

config_erasure erase_config(const config_files& files) {
    config_erasure result;
    engine::keyring_erasure keyring{files};
    bool removable = true;
    const auto remove = [&](const fs::path& path) {
        try {
            removable = true;
            if (storage::remove_file(path))
                result.removed.push_back(path);
        } catch (const failure& problem) {
            removable = false;
            result.problems.emplace_back(problem.what());
            result.kept.push_back(path);
        }
    };
    for (const auto& path : files.ours)
        if (removable || !fs::is_symlink(path)) // a link still shows where what it names is left
            remove(path);
        else
            result.kept.push_back(path);
    for (const auto& path : files.unreachable)
        result.problems.push_back("The container " + path.string() +
                                  " cannot be reached; connect what holds it and run this again, or remove " +
                                  (files.root / storage::config_file_name).string() +
                                  " by hand when it is gone for good.");
    if (result.problems.empty() && files.others.empty()) {
        remove(files.root);
        for (const auto& link : files.root_links)
            remove(link);
    }
    result.kept.insert(result.kept.end(), files.others.begin(), files.others.end());
    keyring.finish(result);
    return result;
}

} // namespace omegasafe
