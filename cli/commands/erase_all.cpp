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
    show_guidance("and the configuration password from the system keyring, unless another configuration needs it.\n"
                  "Keys at an HTTP ECS stay there.");
    for (const auto& path : found.unreachable)
        show_guidance("This cannot be reached and will stay: " + path.string());
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
        out.line("Kept, not of OmegaSafe: " + path.string() +
                 (std::filesystem::is_symlink(path) ? " (a link, which is not followed)" : ""));
    out.field("removed", listed(done.removed));
    out.field("kept", listed(done.kept));
}

const char* word_for(keyring_fate fate) {
    switch (fate) {
    case keyring_fate::removed:
        return "removed";
    case keyring_fate::not_found:
        return "not found";
    case keyring_fate::not_reachable:
        return "not reachable";
    case keyring_fate::kept:
        return "kept";
    }
    return "";
}

void tell_keyring(outcome& out, const config_erasure& done) {
    const std::string word = word_for(done.keyring);
    if (done.keyring == keyring_fate::not_reachable)
        log_warning(done.keyring_reason);
    const bool explained = done.keyring == keyring_fate::kept;
    out.line("Keyring password: " + word + (explained ? "; " + done.keyring_reason : ""));
    out.field("keyring_password", word);
    out.field("keyring_reason", done.keyring_reason.empty() ? json(nullptr) : json(done.keyring_reason));
}

void run_erase_all(session& session, const erase_options& options) {
    const auto found = list_config_files(find_config_root(session.config_dir()));
    if (!options.force && interactive())
        show_plan(found);
    require_confirmation(options.force, "Erase all of it?");

    outcome out{session};
    const auto done = erase_config(found);
    tell_erasure(out, found, done);
    tell_keyring(out, done);
    if (!done.problems.empty())
        throw failure(
            errc::io_failed, "Not everything could be removed; see above, and run erase-all again when it can be.");
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
