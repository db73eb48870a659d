// Makes many new files durable with one call.
#pragma once

#include "storage/files/held_folder.hpp"
#include <vector>

namespace omegasafe::storage {

/// Files published below a folder without a sync of their own. Make it before the first of them is written, so that no
/// write error of theirs is missed.
class group_sync {
public:
    explicit group_sync(held_folder_ptr folder) : folder_(std::move(folder)) {}
    /// On return `files`, which lie below the folder, and their names are durable. Throws failure(io_failed).
    void sync(const std::vector<std::string>& files) const;

private:
    held_folder_ptr folder_;
};

} // namespace omegasafe::storage
