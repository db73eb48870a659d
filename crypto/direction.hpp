// Which way bytes go through the maps.
#pragma once

#include <cstdint>

namespace omegasafe::crypto {

enum class direction : std::uint8_t { encrypt, decrypt };

} // namespace omegasafe::crypto
