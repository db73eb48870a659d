// Numbers as people read them. create-key counts in decimal units (1 GB = 1000 MB); the display strings of JSON
// payloads count in 1024s (800.0 MB = 838,860,800 bytes), as the reference's examples do.
#pragma once

#include <omegasafe/types.hpp>
#include <string>

namespace omegasafe::cli {

/// "13,545" from 13545.
std::string with_thousands(u128 value);

/// Decimal units, MB at least: "929.7 MB", "1.2 TB", "13,545.6 EB".
std::string decimal_size(u128 bytes, int decimals = 1);

/// 1024-based: "800.0 MB", "512 B".
std::string binary_size(u128 bytes);

/// "800.0 MB (838,860,800 bytes)".
std::string binary_size_and_bytes(u128 bytes);

/// Cut, not rounded, to one decimal (68.35 is 68.3; 100.0 is only what is whole). `total` at least 1.
double percent(u128 part, u128 total);

/// "78.1%".
std::string percent_text(u128 part, u128 total);

} // namespace omegasafe::cli
