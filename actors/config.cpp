#include "actors/config.hpp"

#include "actors/make_actor.hpp"
#include "messages/log.hpp"
#include "storage/config/config_file.hpp"
#include "storage/config/config_root_files.hpp"
#include "storage/config/keyring.hpp"
#include "storage/container/container_file.hpp"
#include "storage/files/atomic_file.hpp"

#include <sys/stat.h>

namespace omegasafe::actors {

namespace {

namespace fs = std::filesystem;

/// True when it made the folder.
bool make_root_folder(const fs::path& root, bool create_folder) {
    if (std::error_code unknown; fs::is_directory(root, unknown))
        return false;
    if (!create_folder)
        throw failure(errc::config_missing,
            "The config directory " + root.string() + " does not exist; create it first (mkdir -m 700).");
    if (::mkdir(root.c_str(), 0700) != 0)
        throw failure(errc::output_refused, "The config directory " + root.string() + " cannot be created.");
    return true;
}

void refuse_existing(const fs::path& root) {
    std::vector<const char*> names{storage::container_names.begin(), storage::container_names.end()};
    names.push_back(storage::config_file_name);
    for (const auto* name : names) {
        struct stat status {};
        if (::lstat((root / name).c_str(), &status) == 0)
            throw failure(errc::config_exists, (root / name).string() + " exists already; keep this configuration, or "
                                                                        "make one in another folder.");
    }
}

/// Also where files may be replaced: an empty one is a damaged one of ours.
void refuse_foreign_config(const fs::path& root) {
    const auto path = root / storage::config_file_name;
    std::error_code none;
    if (fs::exists(path, none) && !(fs::is_regular_file(path, none) && fs::is_empty(path, none)) &&
        !storage::is_our_config(path))
        throw failure(errc::config_exists, path.string() +
                                               " is not a configuration of OmegaSafe; move it away, or make "
                                               "one in another folder.");
}

/// What this call has made, to be removed unless somebody has put another file in its place.
class made_files {
public:
    void add(const fs::path& path) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) == 0)
            made_.push_back({path, status.st_dev, status.st_ino});
    }
    void remove() {
        for (; !made_.empty(); made_.pop_back()) {
            const auto& [path, device, inode] = made_.back();
            struct stat status {};
            if (::lstat(path.c_str(), &status) == 0 && status.st_dev == device && status.st_ino == inode)
                ::remove(path.c_str());
        }
    }

private:
    struct one {
        fs::path path;
        dev_t device;
        ino_t inode;
    };
    std::vector<one> made_;
};

/// config.ini comes last: its presence means that the root is complete.
void write_files(const fs::path& root, const create_root& request, const std::string& text, made_files& made) {
    const auto password = std::make_shared<storage::sfc_password>(request.password->text());
    for (const auto* name : storage::container_names) {
        storage::create_container(root / name, password, {}, request.replace);
        made.add(root / name);
    }
    storage::atomic_file file(root / storage::config_file_name,
        request.replace ? storage::existing_target::replace : storage::existing_target::refuse);
    file.write_at(0, crypto::as_bytes(text));
    file.commit();
    made.add(root / storage::config_file_name);
}

/// Last of all: until the files stand, another configuration may need the password that is there, or this one.
void note_in_keyring(const fs::path& root, const create_root& request) {
    if (request.keyring == keyring_use::none)
        return;
    const auto labels = storage::keyring_labels::from_environment();
    const auto id = storage::config_root_id(root);
    if (!id)
        throw failure(errc::internal, "The new configuration cannot be read back; report this.");
    try {
        storage::keyring_add_root(labels, {*id, fs::canonical(root)});
        if (request.keyring == keyring_use::store)
            storage::keyring_store(labels, request.password->text());
    } catch (const failure& problem) {
        if (!request.replace)
            throw;
        throw failure(problem.code(), std::string{problem.what()} + " The former configuration in " + root.string() +
                                          " is gone, and the new one is empty and has no password in the keyring: run "
                                          "'omegasafe init --override-existing' again once the keyring works.");
    }
}

/// Whole or not at all, except that a replaced configuration is gone with its first container.
void write_root(const fs::path& root, const create_root& request) {
    if (!request.password || request.password->text().empty())
        throw failure(errc::usage, "A configuration needs a password for its containers.");
    auto text = storage::default_config_text();
    if (request.layer_password) // refused here, before anything is made
        text = storage::with_property(text, "TRADITIONAL_ENC_LAYER_PASS", request.layer_password->text());
    made_files made;
    if (make_root_folder(root, request.create_folder))
        made.add(root);
    refuse_foreign_config(root);
    if (!request.replace)
        refuse_existing(root);
    try {
        write_files(root, request, text, made);
        note_in_keyring(root, request);
    } catch (...) {
        if (!request.replace)
            made.remove();
        throw;
    }
}

class config_state {
public:
    using handle_type = config_actor;
    static constexpr const char* name = "config";

    config_state(config_actor::pointer, fs::path root, password_source ask_password)
        : root_(std::move(root)), ask_password_(std::move(ask_password)) {}

    config_actor::behavior_type behavior() {
        return {
            handle([this](get_settings) { return settings(); }),
            handle([this](get_container_password) { return container_password(); }),
            handle([this](get_layer_password) { return layer_password(); }),
            handle([this](const create_root& request) {
                write_root(root_, request);
                settings_ = nullptr;
                container_password_ = nullptr;
            }),
            handle([this](const set_config& request) { storage::set_properties(root_, request.changes); }),
            handle([this](get_status) { return status(); }),
        };
    }

private:
    const settings_ptr& settings() {
        if (!settings_) {
            settings_ = std::make_shared<const storage::settings>(storage::load_settings(root_));
            for (const auto& warning : settings_->warnings)
                log::warn("{}", warning);
        }
        return settings_;
    }

    password_ptr container_password() {
        if (!container_password_) {
            const auto password = ask_password_ ? ask_password_() : storage::resolve_config_password();
            container_password_ = std::make_shared<storage::sfc_password>(password.text());
        }
        return container_password_;
    }

    password_ptr layer_password() {
        if (!layer_) {
            const auto& password = settings()->traditional_layer_password;
            layer_ = password.empty() ? nullptr : std::make_shared<storage::sfc_password>(password.text());
        }
        return *layer_;
    }

    actor_status status() const {
        return {name, {{"root", root_.string()}, {"settings", settings_ ? "read" : "not read"},
                          {"container password", container_password_ ? "known" : "not asked for"},
                          {"traditional layer", !layer_   ? "not asked for"
                                                : *layer_ ? "on"
                                                          : "off"}}};
    }

    fs::path root_;
    password_source ask_password_;
    settings_ptr settings_;             // read once: one snapshot a process
    password_ptr container_password_;   // resolved once: the keyring is slow
    std::optional<password_ptr> layer_; // set once known; null inside: no layer
};

} // namespace

config_actor spawn_config(caf::actor_system& system, fs::path root, password_source ask_password) {
    return make_actor<config_state>(system, std::move(root), std::move(ask_password));
}

} // namespace omegasafe::actors
