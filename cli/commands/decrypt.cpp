// omegasafe decrypt: one encrypted file back to what it was.
#include "cli/ask/file_request.hpp"
#include "cli/flags.hpp"
#include "cli/terminal/progress_bar.hpp"

namespace omegasafe::cli {

namespace {

void run_decrypt(session& session, const file_options& options) {
    const auto workers = parse_workers_flag(options.max_threads, "--max-threads");
    check_name_override(options.name_override);
    const auto folder = output_folder(options);
    const decrypt_file request{options.input, folder, options.name_override, options.overwrite};
    const auto report = session.open(workers).decrypt(request, progress_bar{"Decrypting"}.watching());
    tell(session, "File decrypted successfully: " + report.output.string(), report);
}

} // namespace

void add_decrypt(CLI::App& app) {
    const auto options = std::make_shared<file_options>();
    auto* command = add_command(app, "decrypt", "Decrypt an OmegaSafe encrypted file",
        [options](session& session) { run_decrypt(session, *options); });
    add_file_options(*command, *options, "Path to encrypted file");
}

} // namespace omegasafe::cli
