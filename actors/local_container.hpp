// One of the three local containers, as the actor that owns it reaches it.
#pragma once

#include "actors/runtime.hpp"
#include "storage/config/config_file.hpp"
#include "storage/container/container_file.hpp"

namespace omegasafe::actors {

/// Path and password from config, asked once; then reads and locked updates of the container.
class local_container {
public:
    local_container(
        caf::actor_system& system, supervisor_actor supervisor, std::filesystem::path storage::settings::*path)
        : system_(system), supervisor_(std::move(supervisor)), path_member_(path) {}

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

private:
    void resolve() {
        if (password_)
            return;
        const auto config = ask<services>(system_, supervisor_, get_services{}).config;
        path_ = (*ask<settings_ptr>(system_, config, get_settings{})).*path_member_;
        password_ = ask<password_ptr>(system_, config, get_container_password{});
    }

    caf::actor_system& system_;
    supervisor_actor supervisor_;
    std::filesystem::path storage::settings::*path_member_;
    std::filesystem::path path_;
    password_ptr password_;
    std::shared_ptr<const storage::sfc_reader> known_; // what open() read last
};

} // namespace omegasafe::actors
