// What encrypt, decrypt and verify share: one file_job with its progress, and the closing lines.
#pragma once

#include "actors/file_job.hpp"
#include "cli/command.hpp"
#include "cli/terminal/progress_bar.hpp"

namespace omegasafe::cli {

/// Flags of encrypt and decrypt that mean the same.
struct file_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string input, name_override, output_dir, max_threads;
    bool overwrite = false;
};

/// Registers -i, -f, -o, -t and --overwrite.
void add_file_options(CLI::App& command, file_options& options, const std::string& input_help);

/// The folder for the output: the flag's, which must exist, else the input's own.
std::filesystem::path output_folder(const file_options& options);

/// Refuses a --file-name-override that is no plain file name.
void check_name_override(const std::string& name);

/// Runs one file_job to its end, with a progress line on a terminal.
template <class Request>
file_report run_file_job(session& session, const std::string& label, Request request) {
    const auto bar = spawn_progress_bar(session.runtime().system(), label);
    const auto job = actors::spawn_file_job(session.runtime().system(), session.runtime().supervisor(), bar);
    const auto clear = [&] {
        if (bar)
            session.ask<void>(bar, end_progress{});
    };
    try {
        auto report = session.ask<file_report>(job, std::move(request));
        clear();
        return report;
    } catch (const failure&) {
        clear();
        throw;
    }
}

/// "1,048,576 bytes in 0.01 s (105.3 MB/s), 1,063,842 positions of Delta 1"
std::string performance_summary(const file_report& report);

/// Tells how a file_job went: `sentence`, the performance summary, the fields of --json.
void tell(const common_options& common, const std::string& sentence, const file_report& report);

} // namespace omegasafe::cli
