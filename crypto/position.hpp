// Global positions: the public header has them.
#pragma once

#include <omegasafe/types.hpp>

namespace omegasafe::crypto {

using omegasafe::parse_decimal;
using omegasafe::position_range;
using omegasafe::to_decimal;
using omegasafe::u128;

/// Integers that every JSON reader keeps exact.
inline constexpr std::uint64_t largest_json_integer = (std::uint64_t{1} << 53) - 1;

/// Positions in JSON and CBOR: an integer up to 2^53-1, a decimal text above. `Json` is one of nlohmann's types.
template <class Json>
Json position_to_json(u128 position) {
    return position <= largest_json_integer ? Json(static_cast<std::uint64_t>(position)) : Json(to_decimal(position));
}

} // namespace omegasafe::crypto
