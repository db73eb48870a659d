// omegasafe verify (beyond the reference): full decryption and hash check, nothing written.
#include "cli/ask/file_request.hpp"
#include "cli/flags.hpp"
#include "cli/terminal/progress_bar.hpp"

namespace omegasafe::cli {

namespace {

void run_verify(session& session, const file_options& options) {
    const auto workers = parse_workers_flag(options.max_threads, "--max-threads");
    const decrypt_file request{.input = options.input, .output_folder = {}, .name_override = {}, .verify_only = true};
    const auto report = session.open(workers).decrypt(request, progress_bar{"Verifying"}.watching());
    tell(session, "File verified successfully: " + options.input, report);
}

} // namespace

void add_verify(CLI::App& app) {
    const auto options = std::make_shared<file_options>();
    auto* command = add_command(app, "verify", "Check an encrypted file without writing anything",
        [options](session& session) { run_verify(session, *options); });
    command->add_option("-i,--input-file", options->input, "Path to encrypted file")->required();
    command->add_option("-t,--max-threads", options->max_threads, "Worker limit (default: one per core)");
}

} // namespace omegasafe::cli
