// UUIDs: how keys, iterations, ECS entries and container entries are named.
#pragma once

#include <omegasafe/types.hpp>

namespace omegasafe::crypto {

using omegasafe::parse_uuid;
using omegasafe::to_string;
using omegasafe::uuid;

/// A fresh version-4 UUID from the CSPRNG.
uuid random_uuid();

} // namespace omegasafe::crypto
