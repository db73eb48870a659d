// Where the file of a new SFC ECS is to lie.
#pragma once

#include <filesystem>
#include <functional>

namespace omegasafe::cli {

/// The first path that is `free` in this user's folder for what programs keep: $XDG_STATE_HOME/omegasafe, else
/// ~/.local/state/omegasafe. Without a home folder, in the current one. Nothing is made.
std::filesystem::path proposed_sfc_path(const std::function<bool(const std::filesystem::path&)>& free);

/// Makes the folders that `path` lacks, for this user alone. failure(output_refused).
void make_folders_for(const std::filesystem::path& path);

/// Whether `path` lies in `folder`, symbolic links followed.
bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder);

} // namespace omegasafe::cli
