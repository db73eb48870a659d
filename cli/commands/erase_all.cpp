// omegasafe erase-all: everything of a configuration on this device, and its password in the keyring. Touches no ECS
// beyond an SFC ECS file that lies in the config root.
#include "cli/show/outcome.hpp"
#include "cli/terminal/confirmation.hpp"
#include "cli/terminal/terminal.hpp"
#include "storage/config/config_file.hpp"
#include "storage/config/config_root_files.hpp"
#include "storage/config/keyring.hpp"
#include "storage/files/file_move.hpp"
#include <spdlog/spdlog.h>

namespace omegasafe::cli {

namespace {

namespace fs = std::filesystem;

struct erase_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    bool force = false;
};

void show_plan(const storage::config_root_files& found) {
    show_guidance("This removes for ever from this device, with every key in it:");
    for (const auto& path : found.ours)
        show_guidance("  " + path.string());
    show_guidance("and the configuration password from the system keyring. Keys at an HTTP ECS stay there.");
}

/// True when it is gone.
bool remove_one(const fs::path& path, outcome& out, json& removed, json& kept) {
    try {
        storage::remove_file(path);
        out.line("Removed: " + path.string());
        removed.push_back(path.string());
        return true;
    } catch (const failure& problem) {
        spdlog::error("{}", problem.what());
        kept.push_back(path.string());
        return false;
    }
}

std::string remove_password() {
    try {
        const auto labels = storage::keyring_labels::from_environment();
        return storage::keyring_remove(labels) ? "removed" : "not found";
    } catch (const failure& problem) {
        spdlog::warn("{}", problem.what());
        return "not reachable";
    }
}

void run_erase_all(const erase_options& options) {
    const auto root = storage::resolve_config_root(options.common->config_dir);
    const auto found = storage::find_config_root_files(root);
    if (!options.force && interactive())
        show_plan(found);
    require_confirmation(options.force, "Erase all of it?");

    outcome out{*options.common};
    auto removed = json::array(), kept = json::array();
    bool all = true;
    for (const auto& path : found.ours)
        all = remove_one(path, out, removed, kept) && all;
    if (all && found.others.empty())
        all = remove_one(root, out, removed, kept);
    for (const auto& path : found.others) {
        out.line("Kept, not of OmegaSafe: " + path.string());
        kept.push_back(path.string());
    }
    const auto keyring = remove_password();
    out.line("Keyring password: " + keyring);
    out.field("removed", std::move(removed));
    out.field("kept", std::move(kept));
    out.field("keyring_password", keyring);
    if (!all)
        throw failure(errc::io_failed, "Not everything could be removed; see above, and run erase-all again.");
    out.finish();
}

} // namespace

void add_erase_all(CLI::App& app) {
    const auto options = std::make_shared<erase_options>();
    auto* command = add_command(app, "erase-all", "Remove everything of OmegaSafe from this device", options->common,
        [options] { run_erase_all(*options); });
    command->add_flag("-f,--force", options->force, "Skip destructive confirmation prompts");
}

} // namespace omegasafe::cli
