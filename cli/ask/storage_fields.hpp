// What the fields of a storage may be: checked here before anything is sent, and by the server again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace omegasafe::cli {

// Each says why the text is not accepted, in one sentence; nothing when it is fine. Secrets are never told.

/// 1 to 255 letters, digits, '.', '_', '-'.
std::optional<std::string> storage_name_problem(const std::string& name);

/// "s3" or "r2".
std::optional<std::string> provider_problem(const std::string& provider);

/// 3 to 63 lower-case letters, digits, '-', '.'; begins and ends with a letter or digit; no ".."; no IPv4 address.
std::optional<std::string> bucket_name_problem(const std::string& name);

/// An AWS region code for s3, "auto" for r2.
std::optional<std::string> region_problem(const std::string& provider, const std::string& region);

/// r2 needs one, s3 has none. https://, or http:// where the server allows it; no user, query or fragment.
std::optional<std::string> endpoint_url_problem(const std::string& provider, const std::string& url);

/// Empty, or parts divided by '/': no part is empty, "." or "..".
std::optional<std::string> remote_path_problem(const std::string& path);

/// 16 to 128, and 32 to 128, of [A-Za-z0-9+/=].
std::optional<std::string> access_key_id_problem(std::string_view id);
std::optional<std::string> secret_access_key_problem(std::string_view secret);

} // namespace omegasafe::cli
