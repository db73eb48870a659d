// What names and mail addresses may be: client and server ask the same functions (docs/openapi.yaml).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::wire {

/// Why `name` is no name of a key, an ECS or an API key, in one sentence; nothing when it is: 1 to 255 bytes of UTF-8
/// without control characters.
std::optional<std::string> name_problem(std::string_view name);

/// A mail address as it is stored and compared: in lower case. Nothing when `text` is not like NAME@HOST in at most 254
/// bytes of UTF-8 without blanks, control characters, commas, semicolons and quotation marks.
std::optional<std::string> normal_email(std::string_view text);

} // namespace omegasafe::wire
