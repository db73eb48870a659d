// omegasafe decrypt: one encrypted file back to what it was.
#include "cli/file_request.hpp"
#include "cli/logging.hpp"

namespace omegasafe::cli {

namespace {

void run_decrypt(const file_options& options) {
    set_up_logging(options.common->log_level);
    const auto workers = parse_workers_flag(options.max_threads, "--max-threads");
    check_name_override(options.name_override);
    const auto folder = output_folder(options);
    session session{*options.common, workers};
    const auto report = run_file_job(
        session, "Decrypting", decrypt_file{options.input, folder, options.name_override, options.overwrite, false});
    print("File decrypted successfully: " + report.output.string());
    print(performance_summary(report));
}

} // namespace

void add_decrypt(CLI::App& app) {
    const auto options = std::make_shared<file_options>();
    auto* command = add_command(app, "decrypt", "Decrypt an OmegaSafe encrypted file", options->common);
    add_file_options(*command, *options, "Path to encrypted file");
    command->callback([options] { run_decrypt(*options); });
}

} // namespace omegasafe::cli
