// What names, mail addresses, API keys and numbers may be: client and server ask the same (docs/openapi.yaml).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::wire {

/// Why `name` is no name of a key, an ECS or an API key, and no version, in one sentence; nothing when it is: 1 to 255
/// bytes of UTF-8 without control characters.
std::optional<std::string> name_problem(std::string_view name);

/// A mail address as it is stored and compared: in lower case. Nothing when `text` is not like NAME@HOST in at most 254
/// bytes of UTF-8 without blanks, control characters, commas, semicolons and quotation marks.
std::optional<std::string> normal_email(std::string_view text);

/// Why `key` cannot be an API key of any server; nothing when it can: 1 to 512 visible ASCII characters. Never tells
/// the key.
std::optional<std::string> api_key_problem(std::string_view key);

/// Largest capacity of an iteration: 1.00 MB parts and 4 rotors (docs/formats.md).
inline constexpr std::uint64_t largest_capacity = 909'203'700'718'879'776;

/// Largest sequence number of a Delta, and largest claim: what the columns of databases hold.
inline constexpr std::uint64_t largest_number = INT64_MAX;

} // namespace omegasafe::wire
