// How hard a password that a person chose is to guess.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::storage {

/// Why it is weak, as a sentence without the password; nothing when it is not, or when libzxcvbn is not installed.
std::optional<std::string> password_weakness(std::string_view password);

} // namespace omegasafe::storage
