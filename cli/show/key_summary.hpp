// One key as list-keys shows it: for people, and as JSON.
#pragma once

#include "cli/show/json_output.hpp"
#include <omegasafe/keys.hpp>

namespace omegasafe::cli {

/// The `keys[]` object of list-keys.
json payload_of(const key_summary& key);

/// remaining_bytes, total_bytes, percent_remaining, display; null for nothing.
json payload_of(const std::optional<capacity_left>& left);

/// The same data for people, within 80 columns.
void print_plain(const key_summary& key);

} // namespace omegasafe::cli
