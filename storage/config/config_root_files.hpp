// What lies in a config root, told apart by what it is, so that erasing takes nothing else along.
#pragma once

#include <filesystem>
#include <vector>

namespace omegasafe::storage {

/// An empty file whose time says when a newer version was last looked for.
inline constexpr const char* update_check_file_name = "update_check";

struct config_root_files {
    /// Keys first, config.ini last: whatever remains of an interrupted removal is found again. Holds the containers at
    /// their configured places, those at their default places, SFC ECS files in the root, the update check's file,
    /// pending Deltas and left temporary files.
    std::vector<std::filesystem::path> ours;
    /// Everything else in the root, folders too.
    std::vector<std::filesystem::path> others;
};

/// failure(config_missing) when there is nothing of a configuration in `root`. A config.ini that cannot be read counts
/// as one with default paths.
config_root_files find_config_root_files(const std::filesystem::path& root);

} // namespace omegasafe::storage
