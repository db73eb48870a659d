// 128-bit global positions: every byte ever encrypted uses one, and none is used twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::crypto {

/// A global position, or a count of positions (= bytes). Keys pass 2^64 (BIG: 1.35e22), so 128 bits everywhere.
__extension__ typedef unsigned __int128 u128;

/// Decimal digits without sign, separators or leading zeros.
std::string to_decimal(u128 value);

/// Parses what to_decimal writes: 1-39 digits, no sign, no leading zero (but "0"), at most 2^128-1; else nothing.
std::optional<u128> parse_decimal(std::string_view text);

/// An inclusive range of positions. Never empty: first <= last.
struct position_range {
    u128 first = 0;
    u128 last = 0;

    /// Number of positions in the range.
    u128 size() const { return last - first + 1; }
    bool operator==(const position_range&) const = default;
};

} // namespace omegasafe::crypto
