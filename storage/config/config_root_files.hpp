// What lies in a config root, told apart by what it is, so that erasing takes nothing else along.
#pragma once

#include "crypto/uuid.hpp"
#include <filesystem>
#include <optional>
#include <vector>

namespace omegasafe::storage {

/// An empty file whose time says when a newer version was last looked for.
inline constexpr const char* update_check_file_name = "update_check";

struct config_root_files {
    /// The root itself, and the links that lead to it.
    std::filesystem::path root;
    std::vector<std::filesystem::path> root_links;
    /// Keys first, config.ini last: whatever remains of an interrupted removal is found again. Holds the containers at
    /// their configured places, those at their default places, SFC ECS files in the root and below it with the folders
    /// that hold nothing else, the update check's file, pending Deltas and left temporary files. A link stands behind
    /// what it names.
    std::vector<std::filesystem::path> ours;
    /// Those of `ours` that the configuration password opens.
    std::vector<std::filesystem::path> containers;
    /// Everything else in the root, folders and links to folders and SFC ECS files too.
    std::vector<std::filesystem::path> others;
    /// Containers that are configured to be elsewhere, or linked, and not to be found. config.ini, which names them, is
    /// not among `ours` then.
    std::vector<std::filesystem::path> unreachable;
};

/// failure(config_missing) when there is nothing of a configuration in `root`, failure(input_unreadable) when it may
/// not be read. A config.ini that cannot be read counts as one with default paths.
config_root_files find_config_root_files(const std::filesystem::path& root);

/// The random id of a configuration: that of its keys container. Nothing when there is none to be read.
std::optional<crypto::uuid> config_root_id(const std::filesystem::path& root);

} // namespace omegasafe::storage
