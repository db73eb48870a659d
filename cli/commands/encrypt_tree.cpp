// omegasafe encrypt-tree: a folder with all that is in it.
#include "cli/ask/tree_request.hpp"

namespace omegasafe::cli {

namespace {

struct encrypt_tree_options : tree_options {
    std::string key_uuid;
};

void run_encrypt_tree(const encrypt_tree_options& options) {
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto jobs = parse_workers_flag(options.jobs, "--jobs");
    session session{*options.common};
    const auto report = run_tree(session, "Encrypting",
        encrypt_tree{options.input, options.output, key_uuid, options.patterns, jobs, options.resume});
    report_tree(*report, "encrypted", options.common->as_json);
}

} // namespace

void add_encrypt_tree(CLI::App& app) {
    const auto options = std::make_shared<encrypt_tree_options>();
    auto* command = add_command(app, "encrypt-tree", "Encrypt a folder with its names", options->common,
        [options] { run_encrypt_tree(*options); });
    add_tree_options(*command, *options, "Folder to encrypt", "Folder for the encrypted files, made when missing",
        "Go on with what an interrupted run left in the output");
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to use")->required();
}

} // namespace omegasafe::cli
