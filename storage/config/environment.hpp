// Variables of the environment: an empty one counts as not set, everywhere.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

namespace omegasafe::storage {

/// What the variable holds, "" when it is not set or has no name. Good until the environment changes.
inline std::string_view environment_value(std::string_view name) {
    const char* value = name.empty() ? nullptr : std::getenv(std::string(name).c_str());
    return value != nullptr ? value : "";
}

} // namespace omegasafe::storage
