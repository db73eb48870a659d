// The passphrase of an exported key (beyond the reference): from a file, the environment or the terminal.
#pragma once

#include "cli/flags.hpp"

namespace omegasafe::cli {

/// Registers --passphrase-file.
void add_passphrase_option(CLI::App& command, std::string& file);

/// The file's, else that of OMEGASAFE_KEY_PASSPHRASE(_FILE), else asked twice on a terminal, where an empty answer
/// means none. Null: no passphrase. failure(usage) when one is shorter than 8 characters or the file is for others to
/// read.
secret_ptr passphrase_for_export(const std::string& file);

/// The same for a file that is password-protected; asked once. failure(usage) without a terminal.
secure_bytes passphrase_for_import(const std::string& file);

/// failure(output_refused) when something is at `path`; before anything is asked.
void refuse_existing_output(const std::string& path, const std::string& flag);

} // namespace omegasafe::cli
