// omegasafe export-ecs: one configured ECS as a file, for the same user's other devices.
#include "cli/key_context.hpp"
#include "cli/show/outcome.hpp"
#include "cli/terminal/passphrase.hpp"
#include "ecs/ecs_entry_file.hpp"

namespace omegasafe::cli {

namespace {

struct export_ecs_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string ecs_uuid, output;
};

void run_export_ecs(const export_ecs_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    session session{*options.common, 1};
    const auto ecs = session.ask<ecs_entry>(session.actors().ecs_directory, resolve_ecs{ecs_uuid});
    refuse_existing_output(options.output, "--output-path");
    ecs::export_ecs(options.output, ecs);

    outcome out{*options.common};
    out.line("ECS exported: " + options.output);
    out.field("output_path", options.output);
    out.value("UUID", "ecs_uuid", crypto::to_string(ecs.ecs_uuid));
    out.value("Name", "ecs_name", ecs.name);
    out.value("Type", "ecs_type", type_name(ecs.type));
    out.line(ecs.type == ecs_type::http
                 ? "The file holds the URL, your API key and the development mode setting. It is for\n"
                   "your own devices: whoever has it acts as you at this ECS. To give others access,\n"
                   "invite them to a key with 'omegasafe share-key'."
                 : "Keep the file to yourself: it holds what is needed to use this ECS.");
    out.finish();
}

} // namespace

void add_export_ecs(CLI::App& app) {
    const auto options = std::make_shared<export_ecs_options>();
    auto* command = add_command(app, "export-ecs", "Export one configured ECS to a file", options->common,
        [options] { run_export_ecs(*options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID to export")->required();
    command->add_option("-o,--output-path", options->output, "Destination export file path")->required();
}

} // namespace omegasafe::cli
