// What config.ini's values may be, apart from where they stand.
#pragma once

#include "storage/config/config_file.hpp"

namespace omegasafe::storage {

/// What a property's text means.
enum class value_kind { path, boolean, identifier, gigabytes, layer_password };

/// For messages: what a value of this kind must be.
std::string_view accepted_values(value_kind kind);

/// The text as it stands in the file, or nothing when the kind does not accept it.
std::optional<std::string> normalized(value_kind kind, std::string_view text);

/// Text of unknown origin for a message: in quotes, short and without control characters.
std::string in_quotes(std::string_view text);

/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);

} // namespace omegasafe::storage
