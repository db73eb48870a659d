// omegasafe decrypt: one encrypted file back to what it was.
#include "cli/ask/file_request.hpp"

namespace omegasafe::cli {

namespace {

void run_decrypt(const file_options& options) {
    const auto workers = parse_workers_flag(options.max_threads, "--max-threads");
    check_name_override(options.name_override);
    const auto folder = output_folder(options);
    session session{*options.common, workers};
    const auto report = run_file_job(
        session, "Decrypting", decrypt_file{options.input, folder, options.name_override, options.overwrite, false});
    tell(*options.common, "File decrypted successfully: " + report.output.string(), report);
}

} // namespace

void add_decrypt(CLI::App& app) {
    const auto options = std::make_shared<file_options>();
    auto* command = add_command(
        app, "decrypt", "Decrypt an OmegaSafe encrypted file", options->common, [options] { run_decrypt(*options); });
    add_file_options(*command, *options, "Path to encrypted file");
}

} // namespace omegasafe::cli
