// omegasafe verify (beyond the reference): full decryption and hash check, nothing written.
#include "cli/ask/file_request.hpp"

namespace omegasafe::cli {

namespace {

void run_verify(const file_options& options) {
    const auto workers = parse_workers_flag(options.max_threads, "--max-threads");
    session session{*options.common, workers};
    const auto report = run_file_job(session, "Verifying", decrypt_file{options.input, {}, {}, false, true});
    tell(*options.common, "File verified successfully: " + options.input, report);
}

} // namespace

void add_verify(CLI::App& app) {
    const auto options = std::make_shared<file_options>();
    auto* command = add_command(app, "verify", "Check an encrypted file without writing anything", options->common,
        [options] { run_verify(*options); });
    command->add_option("-i,--input-file", options->input, "Path to encrypted file")->required();
    command->add_option("-t,--max-threads", options->max_threads, "Worker limit (default: one per core)");
}

} // namespace omegasafe::cli
