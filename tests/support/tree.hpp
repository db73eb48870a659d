// Whole folders for tests: what is in one, to be compared with another.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace omegasafe::test {

/// Relative path to kind, mode, modification time and content, for every regular file and folder below `root`; links
/// and special files are left out.
std::map<std::string, std::string> tree_contents(const std::filesystem::path& root);

/// Sets permission bits and modification time (nanoseconds since 1970).
void set_attributes(const std::filesystem::path& path, unsigned mode, long long mtime_ns);

} // namespace omegasafe::test
