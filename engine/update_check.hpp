// Comparing versions and switching the check for updates on.
#pragma once

#include <filesystem>
#include <string>

namespace omegasafe::engine {

/// Lets client::newer_version look for updates from now on in this root.
void enable_update_check(const std::filesystem::path& root);

/// Whether `offered` is a version of numbers and dots, and a later one than `current`.
bool newer_version(const std::string& offered, const std::string& current);

} // namespace omegasafe::engine
