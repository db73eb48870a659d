#include "storage/config/config_root_files.hpp"

#include "storage/config/config_file.hpp"
#include "storage/container/container_file.hpp"
#include "storage/files/temporary_names.hpp"
#include "storage/records/ecs_file_entry.hpp"
#include "storage/records/pending_delta.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace fs = std::filesystem;

namespace {

bool is_sfc_ecs(const fs::path& path) {
    try {
        const auto file = open_container(path, nullptr);
        return std::ranges::any_of(file->entries(), [](const sfc_entry& entry) {
            return kind_of({entry.attributes, ""}) == ecs_entry_kind::ecs;
        });
    } catch (const failure&) {
        return false; // sealed, unreadable or no container at all
    }
}

/// The three containers: where they are configured to be, and where they are by default.
std::vector<fs::path> container_paths(const fs::path& root) {
    std::vector<fs::path> paths;
    try {
        const auto settings = load_settings(root);
        paths = {settings.keys_path, settings.cache_path, settings.ecs_path};
    } catch (const failure&) {
        // Only the default places are known then.
    }
    for (const auto* name : container_names)
        if (std::ranges::find(paths, root / name) == paths.end())
            paths.push_back(root / name);
    return paths;
}

} // namespace

config_root_files find_config_root_files(const fs::path& root) {
    config_root_files found;
    for (auto& path : container_paths(root))
        if (fs::is_regular_file(path))
            found.ours.push_back(std::move(path));
    std::error_code unreadable;
    for (const auto& entry : fs::directory_iterator(root, unreadable)) {
        const auto& path = entry.path();
        if (path.filename() == config_file_name || std::ranges::find(found.ours, path) != found.ours.end())
            continue;
        const bool temporary = path.filename().string().starts_with(temporary_prefix);
        const bool update_check = path.filename() == update_check_file_name && entry.is_regular_file();
        const bool pending = is_pending_delta(path) && entry.is_regular_file();
        (temporary || update_check || pending || (entry.is_regular_file() && is_sfc_ecs(path)) ? found.ours
                                                                                               : found.others)
            .push_back(path);
    }
    if (fs::is_regular_file(root / config_file_name))
        found.ours.push_back(root / config_file_name);
    if (found.ours.empty())
        throw failure(errc::config_missing, "There is no OmegaSafe configuration in " + root.string() + ".");
    return found;
}

} // namespace omegasafe::storage
