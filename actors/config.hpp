// The config actor: config.ini, environment overrides, passwords, the config root itself (reference sections 2-6).
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// For the root folder `root`. Nothing is read before it is asked for, and then once.
config_actor spawn_config(caf::actor_system& system, std::filesystem::path root);

} // namespace omegasafe::actors
