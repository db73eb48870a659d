// UUIDs: how keys, iterations, ECS entries and container entries are named.
#pragma once

#include <boost/uuid/uuid.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::crypto {

using uuid = boost::uuids::uuid;

/// A fresh version-4 UUID from the CSPRNG.
uuid random_uuid();

/// Lower-case canonical form, 36 characters.
std::string to_string(const uuid& id);

/// Accepts the canonical 8-4-4-4-12 form in either case, nothing else (no braces, no spaces).
std::optional<uuid> parse_uuid(std::string_view text);

} // namespace omegasafe::crypto
