// Makes many new files durable with one call.
#pragma once

#include "storage/files/descriptor.hpp"
#include <filesystem>
#include <vector>

namespace omegasafe::storage {

/// Files published below a folder without a sync of their own. Make it before the first of them is written, so that no
/// write error of theirs is missed.
class group_sync {
public:
    /// Throws failure(output_refused).
    explicit group_sync(std::filesystem::path folder);
    /// On return `files` and their names are durable. Throws failure(io_failed).
    void sync(const std::vector<std::filesystem::path>& files) const;

private:
    std::filesystem::path folder_;
    descriptor opened_;
};

} // namespace omegasafe::storage
