// omegasafe encrypt-tree: a folder with all that is in it.
#include "cli/ask/tree_request.hpp"
#include "cli/flags.hpp"
#include "cli/terminal/progress_bar.hpp"

namespace omegasafe::cli {

namespace {

struct encrypt_tree_options : tree_options {
    std::string key_uuid;
};

void run_encrypt_tree(session& session, const encrypt_tree_options& options) {
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto jobs = parse_workers_flag(options.jobs, "--jobs");
    const encrypt_tree request{options.input, options.output, key_uuid, options.patterns, jobs, options.resume};
    const auto report = session.open(0).encrypt(request, progress_bar{"Encrypting"}.watching());
    report_tree(*report, "encrypted", session.as_json());
}

} // namespace

void add_encrypt_tree(CLI::App& app) {
    const auto options = std::make_shared<encrypt_tree_options>();
    auto* command = add_command(app, "encrypt-tree", "Encrypt a folder with its names",
        [options](session& session) { run_encrypt_tree(session, *options); });
    add_tree_options(*command, *options, "Folder to encrypt", "Folder for the encrypted files, made when missing",
        "Go on with what an interrupted run left in the output");
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to use")->required();
}

} // namespace omegasafe::cli
