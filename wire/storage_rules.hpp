// What the fields of a storage may be (reference, Bring Your Own Storage): the client asks before it sends, the server
// before it tries the bucket out.
#pragma once

#include "wire/storage_providers.hpp"
#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::wire {

// Each says why the text is not accepted, in one sentence; nothing when it is fine. Secrets are never told.

/// 1 to 255 letters, digits, '.', '_', '-'.
std::optional<std::string> storage_name_problem(std::string_view name);

/// The name of a provider whose buckets users bring.
std::optional<std::string> provider_problem(std::string_view name);

/// 3 to 63 lower-case letters, digits, '-', '.'; begins and ends with a letter or digit; no ".."; no IPv4 address.
std::optional<std::string> bucket_name_problem(std::string_view name);

/// As the provider has it: an AWS region code of 9 to 24 characters, such as eu-central-1 or us-gov-west-1; or
/// automatic_region.
std::optional<std::string> region_problem(storage_provider provider, std::string_view region);

/// Whether http:// will do: where the server's operator allows it. The client leaves that to the server.
enum class plain_http : bool { refused, allowed };

/// As the provider has it: none; or https://host[:port][/path] without user, query, fragment and percent signs, with at
/// most 255 characters behind the scheme.
std::optional<std::string> endpoint_url_problem(storage_provider provider, std::string_view url, plain_http http);

/// At most 512 letters, digits, '.', '_', '-' and '/', and no "..". Slashes at the ends do not count.
std::optional<std::string> remote_path_problem(std::string_view path);

/// 16 to 128, and 32 to 128, of [A-Za-z0-9+/=].
std::optional<std::string> access_key_id_problem(std::string_view id);
std::optional<std::string> secret_access_key_problem(std::string_view secret);

} // namespace omegasafe::wire
