// What encrypt-tree and decrypt-tree share: flags, one batch with its progress, the report.
#pragma once

#include "actors/batch.hpp"
#include "cli/command.hpp"
#include "cli/terminal/progress_bar.hpp"

namespace omegasafe::cli {

/// Flags that mean the same in both.
struct tree_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string input, output, jobs;
    tree_patterns patterns;
    bool resume = false;
};

/// Registers -i, -o, --include, --exclude, --jobs and --resume.
void add_tree_options(CLI::App& command, tree_options& options, const std::string& input_help,
    const std::string& output_help, const std::string& resume_help);

/// Runs one batch to its end, with a progress line on a terminal.
template <class Request>
tree_report_ptr run_tree(session& session, const std::string& label, Request request) {
    const auto bar = spawn_progress_bar(session.runtime().system(), label);
    const auto batch = actors::spawn_batch(session.runtime().system(), session.runtime().supervisor(), bar);
    const auto clear = [&] {
        if (bar)
            session.ask<void>(bar, end_progress{});
    };
    try {
        auto report = session.ask<tree_report_ptr>(batch, std::move(request));
        clear();
        return report;
    } catch (const failure&) {
        clear();
        throw;
    }
}

/// Names what failed or was skipped on stderr and prints the summary, or all of it as JSON; `verb` is "encrypted" or
/// "decrypted". When anything failed, says that too and ends with partly_failed's exit code by CLI::RuntimeError: the
/// one object of --json holds both, what was done and the error.
void report_tree(const tree_report& report, const std::string& verb, bool as_json);

} // namespace omegasafe::cli
