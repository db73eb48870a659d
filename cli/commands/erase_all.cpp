// omegasafe erase-all: everything of a configuration on this device, and its password in the keyring. Touches no ECS
// beyond an SFC ECS file that lies in the config root.
#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"
#include "cli/terminal/confirmation.hpp"
#include "cli/terminal/logging.hpp"
#include "cli/terminal/terminal.hpp"

namespace omegasafe::cli {

namespace {

struct erase_options {
    bool force = false;
};

void show_plan(const config_files& found) {
    show_guidance("This removes forever from this device, with every key in it:");
    for (const auto& path : found.ours)
        show_guidance("  " + path.string());
    show_guidance("and the configuration password from the system keyring. Keys at an HTTP ECS stay there.");
}

json listed(const std::vector<std::filesystem::path>& paths) {
    auto list = json::array();
    for (const auto& path : paths)
        list.push_back(path.string());
    return list;
}

void tell_erasure(outcome& out, const config_files& found, const config_erasure& done) {
    for (const auto& path : done.removed)
        out.line("Removed: " + path.string());
    for (const auto& problem : done.problems)
        log_error(problem);
    for (const auto& path : found.others)
        out.line("Kept, not of OmegaSafe: " + path.string());
    out.field("removed", listed(done.removed));
    out.field("kept", listed(done.kept));
}

std::string remove_password() {
    try {
        return remove_keyring_password() ? "removed" : "not found";
    } catch (const failure& problem) {
        log_warning(problem.what());
        return "not reachable";
    }
}

void run_erase_all(session& session, const erase_options& options) {
    const auto found = list_config_files(find_config_root(session.config_dir()));
    if (!options.force && interactive())
        show_plan(found);
    require_confirmation(options.force, "Erase all of it?");

    outcome out{session};
    const auto done = erase_config(found);
    tell_erasure(out, found, done);
    const auto keyring = remove_password();
    out.line("Keyring password: " + keyring);
    out.field("keyring_password", keyring);
    if (!done.problems.empty())
        throw failure(errc::io_failed, "Not everything could be removed; see above, and run erase-all again.");
    out.finish();
}

} // namespace

void add_erase_all(CLI::App& app) {
    const auto options = std::make_shared<erase_options>();
    auto* command = add_command(app, "erase-all", "Remove everything of OmegaSafe from this device",
        [options](session& session) { run_erase_all(session, *options); });
    command->add_flag("-f,--force", options->force, "Skip destructive confirmation prompts");
}

} // namespace omegasafe::cli
