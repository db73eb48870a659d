// omegasafe import-ecs: an exported ECS into this configuration.
#include "cli/key_context.hpp"
#include "cli/show/outcome.hpp"
#include "cli/update_check.hpp"
#include "ecs/ecs_entry_file.hpp"
#include <spdlog/spdlog.h>

namespace omegasafe::cli {

namespace {

struct import_ecs_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string input;
};

void run_import_ecs(const import_ecs_options& options) {
    session session{*options.common, 1};
    const auto ecs = ecs::read_exported_ecs(options.input);
    session.ask<void>(session.actors().ecs_directory, import_ecs{ecs});
    if (ecs.type == ecs_type::sfc && !std::filesystem::exists(ecs.path))
        spdlog::warn("There is no file {} on this device yet; edit-ecs changes the path.", ecs.path);
    if (ecs.type == ecs_type::http)
        enable_update_check(session.root());

    outcome out{*options.common};
    out.line("ECS imported.");
    out.value("UUID", "ecs_uuid", crypto::to_string(ecs.ecs_uuid));
    out.value("Name", "ecs_name", ecs.name);
    out.value("Type", "ecs_type", type_name(ecs.type));
    if (ecs.type == ecs_type::http)
        out.line("This device now acts with the API key from the file. Delete the file: it is a\n"
                 "secret, for the same user's devices only.");
    out.finish();
}

} // namespace

void add_import_ecs(CLI::App& app) {
    const auto options = std::make_shared<import_ecs_options>();
    auto* command = add_command(
        app, "import-ecs", "Import an ECS export file", options->common, [options] { run_import_ecs(*options); });
    command->add_option("-i,--input-file", options->input, "Path to ECS export file")->required();
}

} // namespace omegasafe::cli
