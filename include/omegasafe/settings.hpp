// The words about config.ini: its properties, and what of them programs need to know.
#pragma once

#include <cstdint>
#include <omegasafe/export.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace omegasafe {

/// One property of config.ini.
struct config_property {
    std::string_view name;          // e.g. "OFFLINE_MODE"
    std::string_view section;       // e.g. "Global settings - dynamic"
    std::string_view environment;   // override variable, empty when there is none
    std::string_view default_value; // as text; empty for the three paths, which depend on the config root
};
/// All properties, in the file's order.
OMEGASAFE_API const std::vector<config_property>& config_properties();

/// Property names and their new values.
using property_changes = std::vector<std::pair<std::string, std::string>>;

/// What a new configuration's password has to do with the desktop's keyring.
enum class keyring_use : std::uint8_t {
    none,  // it comes from elsewhere
    holds, // it is the one there: from now on this configuration needs it too
    store, // it is to be put there, in place of the one that is there
};

/// What programs need to know of the effective settings (config.ini and environment).
struct config_summary {
    std::string ecs_uuid_default; // canonical UUID or empty
    bool offline_mode = false;
    bool update_check = true;
    bool traditional_layer = false;
};

} // namespace omegasafe
