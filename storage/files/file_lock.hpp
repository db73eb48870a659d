// Exclusive advisory locks between processes. They end with the process and leave no lock file behind.
#pragma once

#include "messages/limits.hpp"
#include "storage/files/descriptor.hpp"
#include <filesystem>

namespace omegasafe::storage {

/// Holds flock(LOCK_EX) on a file or folder from construction to destruction. A file that was replaced (renamed over)
/// while we waited is noticed and the new one locked, so the holder always holds the file that now has the name. Two
/// locks on one path in one process exclude each other too (each opens the file anew).
class file_lock {
public:
    /// Throws failure(lock_timeout) after `wait`, failure(config_missing) when there is no such file.
    explicit file_lock(const std::filesystem::path& path, std::chrono::milliseconds wait = limits::lock_wait);

private:
    descriptor locked_;
};

} // namespace omegasafe::storage
