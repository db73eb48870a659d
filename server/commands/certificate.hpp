// A self-signed certificate for a first try.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace omegasafe::server {

/// Writes an ECDSA P-256 key (mode 0600) and a certificate for these host names and addresses, good for 10 years.
/// failure(output_refused) when one of the files exists, failure(io_failed).
void make_certificate(
    const std::filesystem::path& certificate, const std::filesystem::path& key, const std::vector<std::string>& names);

} // namespace omegasafe::server
