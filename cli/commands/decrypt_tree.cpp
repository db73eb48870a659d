// omegasafe decrypt-tree: what encrypt-tree made, back to what it was.
#include "cli/ask/tree_request.hpp"

namespace omegasafe::cli {

namespace {

struct decrypt_tree_options : tree_options {
    bool overwrite = false;
};

void run_decrypt_tree(const decrypt_tree_options& options) {
    const auto jobs = parse_workers_flag(options.jobs, "--jobs");
    session session{*options.common};
    const auto report = run_tree(session, "Decrypting",
        decrypt_tree{options.input, options.output, options.patterns, jobs, options.resume, options.overwrite});
    report_tree(*report, "decrypted", options.common->as_json);
}

} // namespace

void add_decrypt_tree(CLI::App& app) {
    const auto options = std::make_shared<decrypt_tree_options>();
    auto* command = add_command(app, "decrypt-tree", "Decrypt a folder that encrypt-tree made", options->common,
        [options] { run_decrypt_tree(*options); });
    add_tree_options(*command, *options, "Folder that encrypt-tree made",
        "Folder for the decrypted files, made when missing",
        "Leave files alone that are there with the right size and modification time");
    command->add_flag("--overwrite", options->overwrite, "Replace existing files");
}

} // namespace omegasafe::cli
