// omegasafe import-key-delta: one Delta by hand, for recovery without the ECS.
#include "cli/flags.hpp"
#include "cli/show/iteration_output.hpp"
#include "cli/terminal/confirmation.hpp"
#include "cli/terminal/terminal.hpp"

namespace omegasafe::cli {

namespace {

struct import_delta_options {
    std::string input;
    bool force = false;
};

constexpr const char* warning =
    "WARNING: this takes a Delta without asking the ECS. If the ECS has another Delta of the\n"
    "same sequence number, this device goes its own way and has to be set up anew. Use it only\n"
    "when the ECS cannot be reached and you trust where the file comes from.";

void run_import_delta(session& session, const import_delta_options& options) {
    auto& client = session.open();
    auto container = read_delta(options.input);
    if (!options.force && interactive())
        show_guidance(warning);
    require_confirmation(options.force, "Do you want to continue with manual Delta import?");

    const auto imported = client.import_delta(std::move(container));
    outcome out{session};
    out.line(imported.already_present ? "The Delta is already present; nothing was imported." : "Delta imported.");
    out.field("already_present", imported.already_present);
    out.field("delta", tell_iteration(out, imported.delta));
    out.finish();
}

} // namespace

void add_import_key_delta(CLI::App& app) {
    const auto options = std::make_shared<import_delta_options>();
    auto* command = add_command(app, "import-key-delta", "Import one Delta by hand, without the ECS",
        [options](session& session) { run_import_delta(session, *options); });
    command->add_option("-i,--input-file", options->input, "Encrypted Delta container file")->required();
    command->add_flag("-f,--force", options->force, "Skip manual-import warning confirmation");
}

} // namespace omegasafe::cli
