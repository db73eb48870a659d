// omegasafe import-ecs: an exported ECS into this configuration.
#include "cli/flags.hpp"
#include "cli/show/ecs_output.hpp"
#include "cli/terminal/logging.hpp"

namespace omegasafe::cli {

namespace {

struct import_ecs_options {
    std::string input;
};

void run_import_ecs(session& session, const import_ecs_options& options) {
    auto& client = session.open();
    const auto ecs = client.import_ecs(options.input);
    if (ecs.type == ecs_type::sfc && !std::filesystem::exists(ecs.path))
        log_warning("There is no file " + ecs.path + " on this device yet; edit-ecs changes the path.");

    outcome out{session};
    out.line("ECS imported.");
    out.value("UUID", "ecs_uuid", to_string(ecs.ecs_uuid));
    out.value("Name", "ecs_name", ecs.name);
    out.value("Type", "ecs_type", type_name(ecs.type));
    if (ecs.type == ecs_type::http)
        out.lines("This device now acts with the API key from the file. Delete the file: it is a\n"
                  "secret, for the same user's devices only.");
    out.finish();
}

} // namespace

void add_import_ecs(CLI::App& app) {
    const auto options = std::make_shared<import_ecs_options>();
    auto* command = add_command(app, "import-ecs", "Import an ECS export file",
        [options](session& session) { run_import_ecs(session, *options); });
    command->add_option("-i,--input-file", options->input, "Path to ECS export file")->required();
}

} // namespace omegasafe::cli
