// The config actor: config.ini, environment overrides, passwords, the config root itself (reference sections 2-6).
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Behaviour of config_actor for the root folder `root`. Nothing is read before it is asked for.
config_actor::behavior_type config_behavior(config_actor::pointer self, std::filesystem::path root);

} // namespace omegasafe::actors
