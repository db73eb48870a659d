// omegasafe encrypt: one file, with positions claimed for it.
#include "cli/ask/file_request.hpp"
#include "cli/flags.hpp"
#include "cli/terminal/progress_bar.hpp"
#include "crypto/uuid.hpp"

namespace omegasafe::cli {

namespace {

struct encrypt_options : file_options {
    std::string key_uuid;
};

void run_encrypt(session& session, const encrypt_options& options) {
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto workers = parse_workers_flag(options.max_threads, "--max-threads");
    check_name_override(options.name_override);
    const auto name =
        options.name_override.empty() ? to_string(crypto::random_uuid()) + ".omegasafe" : options.name_override;
    const auto output = output_folder(options) / name;
    const encrypt_file request{options.input, output, key_uuid, options.overwrite};
    const auto report = session.open(workers).encrypt(request, progress_bar{"Encrypting"}.watching());
    tell(session, "File encrypted successfully: " + report.output.string(), report);
}

} // namespace

void add_encrypt(CLI::App& app) {
    const auto options = std::make_shared<encrypt_options>();
    auto* command = add_command(app, "encrypt", "Encrypt a file with a selected key",
        [options](session& session) { run_encrypt(session, *options); });
    add_file_options(*command, *options, "Path to plaintext file to encrypt");
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to use")->required();
}

} // namespace omegasafe::cli
