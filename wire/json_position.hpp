// Positions and numbers in JSON, read: writing is crypto::position_to_json.
#pragma once

#include "crypto/position.hpp"
#include <nlohmann/json.hpp>
#include <optional>

namespace omegasafe::wire {

/// An integer, or a decimal text as to_decimal writes it; nothing for anything else (negative, fractions, "01").
inline std::optional<crypto::u128> parse_position(const nlohmann::json& value) {
    if (value.is_number_unsigned())
        return value.get<std::uint64_t>();
    return value.is_string() ? crypto::parse_decimal(value.get_ref<const std::string&>()) : std::nullopt;
}

} // namespace omegasafe::wire
