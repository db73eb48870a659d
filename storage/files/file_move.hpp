// Moving a locked file, so that nobody changes it meanwhile.
#pragma once

#include <filesystem>

namespace omegasafe::storage {

/// Moves a file under its lock, durably: by rename, or by a copy and removal where the file systems differ.
/// failure(output_refused) when `to` exists or cannot be made; nothing has moved then.
void move_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Removes a file or an empty folder; false when there was none. failure(io_failed).
bool remove_file(const std::filesystem::path& path);

} // namespace omegasafe::storage
