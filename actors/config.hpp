// The config actor: config.ini, environment overrides, passwords, the config root itself (reference sections 2-6).
#pragma once

#include "messages/actors.hpp"
#include <functional>

namespace omegasafe::actors {

/// Gives the password of the containers; throws `failure`. Empty: environment, password file or keyring.
using password_source = std::function<secure_bytes()>;

/// For the root folder `root`. Nothing is read before it is asked for, and then once.
config_actor spawn_config(caf::actor_system& system, std::filesystem::path root, password_source ask_password);

} // namespace omegasafe::actors
