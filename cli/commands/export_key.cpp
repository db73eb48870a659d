// omegasafe export-key: the Alpha of a key as a file, for another device or user.
#include "cli/flags.hpp"
#include "cli/show/iteration_output.hpp"
#include "cli/show/key_details.hpp"
#include "cli/terminal/logging.hpp"
#include "cli/terminal/passphrase.hpp"

namespace omegasafe::cli {

namespace {

struct export_key_options {
    std::string key_uuid, output, passphrase_file;
    bool no_passphrase = false;
};

void warn_of_plain_export(client& client, const uuid& key_uuid, const std::string& output) {
    log_warning("The exported key has no passphrase: whoever gets " + output + " has the Alpha.");
    if (client.layer_of_key(key_uuid) != layer_source::none)
        log_warning("The password of the key's AES-256-GCM layer is not in it and must travel by hand: give it to the "
                    "key on the other device with edit-key --layer-password-file, or export with a passphrase.");
}

void run_export_key(session& session, const export_key_options& options) {
    auto& client = session.open();
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    client.find_key(key_uuid); // before a passphrase is asked for
    refuse_existing_output(options.output, "--output-path");
    const auto passphrase = options.no_passphrase ? nullptr : passphrase_for_export(options.passphrase_file);
    if (!passphrase)
        warn_of_plain_export(client, key_uuid, options.output);
    const auto alpha = client.export_key(key_uuid, options.output, passphrase);

    outcome out{session};
    out.line("Key exported: " + options.output);
    out.field("output_path", options.output);
    out.field("key_name", alpha.key_name);
    out.field("password_protected", passphrase != nullptr);
    out.field("layer_exported", passphrase != nullptr);
    tell_layer(out, client.layer_of_key(key_uuid));
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
    auto* file = add_passphrase_option(*command, options->passphrase_file);
    command
        ->add_flag(
            "--no-passphrase", options->no_passphrase, "Export without a passphrase, and without\nthe layer password")
        ->excludes(file);
}

} // namespace omegasafe::cli
