// omegasafe export-ecs: one configured ECS as a file, for the same user's other devices.
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/terminal/passphrase.hpp"

namespace omegasafe::cli {

namespace {

struct export_ecs_options {
    std::string ecs_uuid, output;
};

void run_export_ecs(session& session, const export_ecs_options& options) {
    const auto ecs_uuid = parse_uuid_flag(options.ecs_uuid, "--ecs-uuid");
    auto& client = session.open();
    const auto ecs = client.find_ecs(ecs_uuid);
    refuse_existing_output(options.output, "--output-path");
    client.export_ecs(ecs_uuid, options.output);

    outcome out{session};
    out.line("ECS exported: " + options.output);
    out.field("output_path", options.output);
    out.value("UUID", "ecs_uuid", to_string(ecs.ecs_uuid));
    out.value("Name", "ecs_name", ecs.name);
    out.value("Type", "ecs_type", type_name(ecs.type));
    out.lines(ecs.type == ecs_type::http
                  ? "The file holds the URL, your API key and the development mode setting. It is for\n"
                    "your own devices: whoever has it acts as you at this ECS. To give others access,\n"
                    "invite them to a key with 'omegasafe share-key'."
                  : "Keep the file to yourself: it holds what is needed to use this ECS.");
    out.finish();
}

} // namespace

void add_export_ecs(CLI::App& app) {
    const auto options = std::make_shared<export_ecs_options>();
    auto* command = add_command(app, "export-ecs", "Export one configured ECS to a file",
        [options](session& session) { run_export_ecs(session, *options); });
    command->add_option("-e,--ecs-uuid", options->ecs_uuid, "ECS UUID to export")->required();
    command->add_option("-o,--output-path", options->output, "Destination export file path")->required();
}

} // namespace omegasafe::cli
