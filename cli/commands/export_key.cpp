// omegasafe export-key: the Alpha of a key as a file, for another device or user.
#include "cli/key_context.hpp"
#include "cli/show/iteration_output.hpp"
#include "cli/terminal/passphrase.hpp"
#include <spdlog/spdlog.h>

namespace omegasafe::cli {

namespace {

struct export_key_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string key_uuid, output, passphrase_file;
};

void run_export_key(const export_key_options& options) {
    session session{*options.common, 1};
    const auto key = open_key(session, options.key_uuid);
    refuse_existing_output(options.output, "--output-path");
    const auto passphrase = passphrase_for_export(options.passphrase_file);
    if (!passphrase)
        spdlog::warn("The exported key has no passphrase: whoever gets {} has the Alpha.", options.output);
    const auto alpha = session.ask<key_iteration_ptr>(session.actors().key_store, load_iteration{key.key_uuid, 0});
    storage::export_key(options.output, *alpha, passphrase);

    outcome out{*options.common};
    out.line("Key exported: " + options.output);
    out.field("output_path", options.output);
    out.field("key_name", alpha->info.key_name);
    out.field("password_protected", passphrase != nullptr);
    out.line("Alpha of " + alpha->info.key_name);
    out.field("alpha", tell_iteration(out, alpha->info));
    out.finish();
}

} // namespace

void add_export_key(CLI::App& app) {
    const auto options = std::make_shared<export_key_options>();
    auto* command = add_command(app, "export-key", "Export the Alpha of a key to a file", options->common,
        [options] { run_export_key(*options); });
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID whose Alpha should be exported")->required();
    command->add_option("-o,--output-path", options->output, "Destination file path")->required();
    add_passphrase_option(*command, options->passphrase_file);
}

} // namespace omegasafe::cli
