// omegasafe decrypt-tree: what encrypt-tree made, back to what it was.
#include "cli/ask/tree_request.hpp"
#include "cli/flags.hpp"
#include "cli/terminal/progress_bar.hpp"

namespace omegasafe::cli {

namespace {

struct decrypt_tree_options : tree_options {
    bool overwrite = false;
};

void run_decrypt_tree(session& session, const decrypt_tree_options& options) {
    const auto jobs = parse_workers_flag(options.jobs, "--jobs");
    const decrypt_tree request{
        options.input, options.output, options.patterns, jobs, options.resume, options.overwrite};
    const auto report = session.open(0).decrypt(request, progress_bar{"Decrypting"}.watching());
    report_tree(*report, "decrypted", session.as_json());
}

} // namespace

void add_decrypt_tree(CLI::App& app) {
    const auto options = std::make_shared<decrypt_tree_options>();
    auto* command = add_command(app, "decrypt-tree", "Decrypt a folder that encrypt-tree made",
        [options](session& session) { run_decrypt_tree(session, *options); });
    add_tree_options(*command, *options, "Folder that encrypt-tree made",
        "Folder for the decrypted files, made when missing",
        "Leave files alone that are there with the right size and modification time");
    command->add_flag("--overwrite", options->overwrite, "Replace existing files");
}

} // namespace omegasafe::cli
