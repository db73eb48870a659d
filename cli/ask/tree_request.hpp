// What encrypt-tree and decrypt-tree share: flags, the report.
#pragma once

#include "cli/flags.hpp"

namespace omegasafe::cli {

/// Flags that mean the same in both.
struct tree_options {
    std::string input, output, jobs;
    tree_patterns patterns;
    bool resume = false;
};

/// Registers -i, -o, --include, --exclude, --jobs and --resume.
void add_tree_options(CLI::App& command, tree_options& options, const std::string& input_help,
    const std::string& output_help, const std::string& resume_help);

/// Names what failed or was skipped on stderr and prints the summary, or all of it as JSON; `verb` is "encrypted" or
/// "decrypted". When anything failed, says that too and ends with partly_failed's exit code by CLI::RuntimeError: the
/// one object of --json holds both, what was done and the error.
void report_tree(const tree_report& report, const std::string& verb, bool as_json);

} // namespace omegasafe::cli
