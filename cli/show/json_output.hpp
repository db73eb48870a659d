// JSON payloads: field order as in the reference, null for what is not known.
#pragma once

#include <nlohmann/json.hpp>
#include <omegasafe/error.hpp>
#include <omegasafe/types.hpp>
#include <optional>

namespace omegasafe::cli {

using json = nlohmann::ordered_json;

/// Version of every payload's shape; grows when a field changes its meaning.
inline constexpr int schema_version = 1;

/// An integer up to 2^53-1, a decimal string above.
json json_position(u128 position);

/// The last claimed position before `next`, as the reference writes it: -1 when nothing was claimed from 0 on.
json json_last_claimed(u128 next);

json json_uuid(const std::optional<uuid>& id);
json json_text(const std::optional<std::string>& text);

/// What went wrong, for the field "error" (docs/schemas/error.schema.json).
json json_error(const failure& problem);

/// Prints the payload on stdout, indented. Texts that are no UTF-8 get their exact bytes in a field beside them
/// (crypto::with_exact_bytes).
void print_json(const json& payload);

} // namespace omegasafe::cli
