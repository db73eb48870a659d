// What encrypt, decrypt and verify share: flags, and the closing lines.
#pragma once

#include "cli/flags.hpp"

namespace omegasafe::cli {

/// Flags of encrypt and decrypt that mean the same.
struct file_options {
    std::string input, name_override, output_dir, max_threads;
    bool overwrite = false;
};

/// Registers -i, -f, -o, -t and --overwrite.
void add_file_options(CLI::App& command, file_options& options, const std::string& input_help);

/// The folder for the output: the flag's, which must exist, else the input's own.
std::filesystem::path output_folder(const file_options& options);

/// Refuses a --file-name-override that is no plain file name.
void check_name_override(const std::string& name);

/// "1,048,576 bytes in 0.01 s (105.3 MB/s), 1,063,842 positions of Delta 1"
std::string performance_summary(const file_report& report);
/// What was used, in a line.
std::string protection_summary(const file_protection& used);

/// Tells how it went: `sentence`, the performance summary, the fields of --json.
void tell(const session& session, const std::string& sentence, const file_report& report);

} // namespace omegasafe::cli
