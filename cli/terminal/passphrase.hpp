// The passphrase of an exported key and the layer password of a key (beyond the reference): from a file, the
// environment or the terminal.
#pragma once

#include "cli/flags.hpp"

namespace omegasafe::cli {

/// Registers --passphrase-file.
CLI::Option* add_passphrase_option(CLI::App& command, std::string& file);

/// The file's, else that of OMEGASAFE_KEY_PASSPHRASE(_FILE), else asked twice on a terminal, where an empty answer
/// makes a strong one and shows it. Null: there was nobody to ask. failure(usage) when one is shorter than 8 characters
/// or the file is for others to read.
secret_ptr passphrase_for_export(const std::string& file);

/// The same for a file that is password-protected; asked once. failure(usage) without a terminal.
secure_bytes passphrase_for_import(const std::string& file);

/// A layer password: the file's first line, else asked twice on a terminal, where an empty answer makes a strong one,
/// which is not shown: it stays with the key. failure(usage) without a terminal.
secret_ptr chosen_layer_password(const std::string& file);

/// failure(output_refused) when something is at `path`; before anything is asked.
void refuse_existing_output(const std::string& path, const std::string& flag);

} // namespace omegasafe::cli
