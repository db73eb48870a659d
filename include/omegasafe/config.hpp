// Config roots before they are opened: where they are, how they are made and erased, and their passwords.
#pragma once

#include <filesystem>
#include <functional>
#include <omegasafe/secret.hpp>
#include <omegasafe/settings.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace omegasafe {

/// `wanted`, else OMEGASAFE_CONFIG_DIR, else ~/.omegasafe. failure(config_missing) when HOME is needed and unset.
OMEGASAFE_API std::filesystem::path find_config_root(const std::filesystem::path& wanted = {});

/// True when config.ini or a container lies in `root`.
OMEGASAFE_API bool anything_in_config_root(const std::filesystem::path& root);

/// A secret from the environment variable `name`, else from the file that NAME_FILE names, as secret_from_file reads
/// it; nothing when neither is set. A variable that is empty is not set.
OMEGASAFE_API std::optional<secure_bytes> secret_from_environment(const std::string& name);
/// The bytes of a file or pipe without one line end at their end, 4,096 at most. failure(input_unreadable) when there
/// are none, failure(usage) when group or others can read it. `origin` says in the sentence where it was named:
/// "--some-file".
OMEGASAFE_API secure_bytes secret_from_file(const std::filesystem::path& file, const std::string& origin);
/// The configuration password: secret_from_environment of OMEGASAFE_CONFIG_PASSWORD, else what the shell command in
/// OMEGASAFE_CONFIG_PASSWORD_COMMAND prints. failure(password_missing) when what is named gives none.
OMEGASAFE_API std::optional<secure_bytes> environment_password();

/// The desktop keyring's record of the configuration password. Blocking (D-Bus); failure(keyring_failed) when no
/// keyring can be reached. OMEGASAFE_KEYRING_SERVICE_NAME and OMEGASAFE_KEYRING_SECRET_NAME name another record.
OMEGASAFE_API std::optional<secure_bytes> keyring_password();

/// A strong password: 256 random bits as text.
OMEGASAFE_API secure_bytes generate_password();
/// One for the AES-256-GCM layer, which obeys its rule.
OMEGASAFE_API secure_bytes generate_layer_password();
/// Why `password` is none for the AES-256-GCM layer, in one sentence; nothing when it is.
OMEGASAFE_API std::optional<std::string> layer_password_problem(std::string_view password);

/// Why a password that a person chose is weak, as the end of a sentence; nothing when it is not (or when libzxcvbn,
/// which knows, is not installed). It may be used all the same.
OMEGASAFE_API std::optional<std::string> password_weakness(std::string_view password);

/// What a new config root is made with.
struct new_config {
    std::filesystem::path root;  // as find_config_root says
    secret_ptr password;         // of the three containers
    bool replace = false;        // an existing configuration: its keys are lost
    bool create_folder = false;  // only the default root is made when missing
    secret_ptr layer_password{}; // null: no AES-256-GCM layer
    keyring_use keyring = keyring_use::none;
};

/// Makes config.ini and three empty containers, all or none; the keyring changes last. failure(config_missing) when the
/// folder is missing, failure(config_exists) when one of the files is there and not to be replaced, or config.ini is
/// another program's, failure(usage) without a password or with a layer password that breaks its rule,
/// failure(keyring_failed).
OMEGASAFE_API void create_config(const new_config& wanted);

/// What erase_config would remove and keep.
struct config_files {
    std::filesystem::path root;                     // itself: no link
    std::vector<std::filesystem::path> ours;        // keys first, config.ini last; links behind what they name
    std::vector<std::filesystem::path> others;      // not of this program, or links that are not followed
    std::vector<std::filesystem::path> unreachable; // containers that are configured and not to be found
    std::vector<std::filesystem::path> root_links;  // that lead to the root, removed with it
    std::vector<std::filesystem::path> containers;  // those of `ours` that the configuration password opens
};
/// failure(config_missing) when `root` holds no configuration, failure(input_unreadable) when it may not be read.
OMEGASAFE_API config_files list_config_files(const std::filesystem::path& root);

/// What became of the configuration password in the keyring.
enum class keyring_fate : std::uint8_t { removed, not_found, not_reachable, kept };

/// What erase_config did.
struct config_erasure {
    std::vector<std::filesystem::path> removed;
    std::vector<std::filesystem::path> kept; // others, and what could not be removed
    std::vector<std::string> problems;       // one sentence for each that could not be removed or reached
    keyring_fate keyring = keyring_fate::not_found;
    std::string keyring_reason; // why it was kept or could not be reached
};
/// Removes what list_config_files found, and the root when nothing else is in it. The keyring's password goes too when
/// it opens the containers that were removed and no other configuration on this machine was made with it.
OMEGASAFE_API config_erasure erase_config(const config_files& files);

} // namespace omegasafe
