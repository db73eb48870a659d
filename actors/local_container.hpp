// One of the three local containers, as the actor that owns it reaches it.
#pragma once

#include "actors/asker.hpp"
#include "storage/config/config_file.hpp"
#include "storage/container/container_file.hpp"

namespace omegasafe::actors {

/// Path and password from config, asked once; then reads and locked updates of the container.
class local_container {
public:
    local_container(config_asker me, std::filesystem::path storage::settings::*path)
        : me_(std::move(me)), path_member_(path) {}

    std::shared_ptr<const storage::sfc_reader> open() {
        resolve();
        return known_ = storage::open_container(path_, password_, known_);
    }
    const std::filesystem::path& path() {
        resolve();
        return path_;
    }
    void update(const std::function<storage::container_changes(const storage::sfc_reader&)>& decide) {
        resolve();
        storage::update_container(path_, password_, decide);
    }
    /// For a status: nothing is asked or opened for it.
    std::pair<std::string, std::string> status() const { return {"container", path_.string()}; }

private:
    void resolve() {
        if (password_)
            return;
        path_ = (*settings_of(me_)).*path_member_;
        password_ = container_password(me_);
    }

    config_asker me_;
    std::filesystem::path storage::settings::*path_member_;
    std::filesystem::path path_;
    password_ptr password_;
    std::shared_ptr<const storage::sfc_reader> known_; // what open() read last
};

} // namespace omegasafe::actors
