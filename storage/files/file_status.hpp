// What the file system says of a file, in the words of a tree's index.
#pragma once

#include "messages/messages.hpp"
#include <filesystem>
#include <omegasafe/error.hpp>
#include <sys/stat.h>

namespace omegasafe::storage {

/// Size (0 unless a regular file), permission bits without set-user-id, set-group-id and sticky, modification time.
file_attributes attributes_of(const struct stat& status);

/// The link in /proc that stands for an open file: for calls that want a path, whatever the file is called now.
std::string proc_path(int file);

/// The inverse of mtime_ns.
timespec to_timespec(std::int64_t nanoseconds);

/// Whether there is something of this name, links followed. failure(input_unreadable) where nobody can tell: a folder
/// on the way without rights, a loop of links, too long a name.
bool is_there(const std::filesystem::path& path);

/// That failure, for an errno value.
failure cannot_look_at(const std::filesystem::path& path, int error);

/// Whether a file whose time was set to `wanted` may show `found`: file systems cut times to what they keep, from 100
/// ns (NTFS) to two seconds (FAT).
bool same_time(std::int64_t found, std::int64_t wanted);

} // namespace omegasafe::storage
