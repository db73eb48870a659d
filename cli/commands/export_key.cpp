// omegasafe export-key: the Alpha of a key as a file, for another device or user.
#include "cli/flags.hpp"
#include "cli/show/iteration_output.hpp"
#include "cli/terminal/logging.hpp"
#include "cli/terminal/passphrase.hpp"

namespace omegasafe::cli {

namespace {

struct export_key_options {
    std::string key_uuid, output, passphrase_file;
};

void run_export_key(session& session, const export_key_options& options) {
    auto& client = session.open();
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    client.find_key(key_uuid); // before a passphrase is asked for
    refuse_existing_output(options.output, "--output-path");
    const auto passphrase = passphrase_for_export(options.passphrase_file);
    if (!passphrase)
        log_warning("The exported key has no passphrase: whoever gets " + options.output + " has the Alpha.");
    const auto alpha = client.export_key(key_uuid, options.output, passphrase);

    outcome out{session};
    out.line("Key exported: " + options.output);
    out.field("output_path", options.output);
    out.field("key_name", alpha.key_name);
    out.field("password_protected", passphrase != nullptr);
    out.line("Alpha of " + alpha.key_name);
    out.field("alpha", tell_iteration(out, alpha));
    out.finish();
}

} // namespace

void add_export_key(CLI::App& app) {
    const auto options = std::make_shared<export_key_options>();
    auto* command = add_command(app, "export-key", "Export the Alpha of a key to a file",
        [options](session& session) { run_export_key(session, *options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID whose Alpha should be exported")->required();
    command->add_option("-o,--output-path", options->output, "Destination file path")->required();
    add_passphrase_option(*command, options->passphrase_file);
}

} // namespace omegasafe::cli
