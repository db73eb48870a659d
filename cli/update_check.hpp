// Whether a newer version is out, as the operator of an HTTP ECS says (reference sections 4 and 7).
#pragma once

#include "cli/command.hpp"

namespace omegasafe::cli {

/// Call when an HTTP ECS was configured: without the file that this makes in the root, no command looks for updates.
void enable_update_check(const std::filesystem::path& root);

/// After a command that succeeded: at most once in 24 hours, and only when settings and ECS allow it, asks the default
/// HTTP ECS, else the first by name, and prints one line when its version is newer. Never fails.
void check_for_update(const common_options& common) noexcept;

/// Numbers divided by dots, compared one by one; false when either is anything else.
bool newer_version(const std::string& offered, const std::string& current);

} // namespace omegasafe::cli
