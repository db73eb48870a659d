#include "storage/config/config_root_files.hpp"

#include "storage/config/config_file.hpp"
#include "storage/container/container_file.hpp"
#include "storage/files/file_status.hpp"
#include "storage/files/temporary_names.hpp"
#include "storage/records/ecs_file_entry.hpp"
#include "storage/records/pending_delta.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace fs = std::filesystem;

namespace {

std::optional<sfc_header> header_of(const fs::path& path) {
    try {
        const file_source source(path);
        try {
            return read_sfc_header(source, sfc_layout::growing);
        } catch (const failure&) {
            return read_sfc_tail(source);
        }
    } catch (const failure&) {
        return {};
    }
}

bool is_sfc_ecs(const fs::path& path) {
    if (!header_of(path)) // a container that looks damaged is read again and again, and most files are none
        return false;
    try {
        const auto file = open_container(path, nullptr);
        return std::ranges::any_of(file->entries(), [](const sfc_entry& entry) {
            return kind_of({entry.attributes, ""}) == ecs_entry_kind::ecs;
        });
    } catch (const failure&) {
        return false; // sealed or unreadable
    }
}

bool stands_in(const std::vector<fs::path>& paths, const fs::path& path) {
    return std::ranges::find(paths, path) != paths.end();
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
        paths.push_back(root / name);
    std::vector<fs::path> once;
    for (const auto& path : paths) {
        std::error_code problem;
        const auto folder = fs::weakly_canonical(path.parent_path(), problem); // "./keys.sfc" is in the root too
        const auto place = problem ? path : folder / path.filename();
        if (!stands_in(once, place))
            once.push_back(place);
    }
    return once;
}

/// `path` and, while it is a link, what it names: the thing itself comes last.
std::vector<fs::path> links_from(fs::path path) {
    constexpr std::size_t as_many_as_the_system_follows = 40;
    std::vector<fs::path> steps{path};
    std::error_code none;
    while (fs::is_symlink(path, none) && steps.size() <= as_many_as_the_system_follows) {
        const auto target = fs::read_symlink(path, none);
        if (none)
            break;
        path = path.parent_path() / target; // an absolute one replaces the folder
        steps.push_back(path);
    }
    return steps;
}

/// A file of ours: what it is first, then the links that lead to it.
void add_followed(std::vector<fs::path>& ours, const fs::path& path) {
    const auto steps = links_from(path);
    ours.insert(ours.end(), steps.rbegin(), steps.rend());
}

void find_containers(config_root_files& found) {
    for (const auto& path : container_paths(found.root)) {
        std::error_code none;
        if (fs::is_regular_file(path, none)) {
            add_followed(found.ours, path);
            found.containers.push_back(path);
        } else if (fs::is_symlink(path, none) || path.parent_path() != found.root) {
            found.unreachable.push_back(path); // on a disk that is not mounted, perhaps
        }
    }
}

bool is_file(const fs::directory_entry& entry) {
    std::error_code none;
    return entry.is_regular_file(none);
}

bool is_link(const fs::directory_entry& entry) {
    std::error_code none;
    return entry.is_symlink(none);
}

/// SFC ECS files below the root, and the folders that hold nothing else. True when that is all of this folder. Another
/// configuration is not entered, nor are links.
bool find_in_subfolder(const fs::path& folder, config_root_files& found) {
    if (is_our_config(folder / config_file_name))
        return false;
    bool something = false, all = true;
    std::error_code unreadable;
    for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
        std::error_code none;
        const bool file = !is_link(entry) && is_file(entry) && is_sfc_ecs(entry.path());
        if (file)
            found.ours.push_back(entry.path());
        const bool ours =
            file || (!is_link(entry) && entry.is_directory(none) && find_in_subfolder(entry.path(), found));
        something = something || ours;
        all = all && ours;
    }
    if (!something || !all)
        return false;
    found.ours.push_back(folder);
    return true;
}

void sort_entry(const fs::directory_entry& entry, config_root_files& found) {
    const auto& path = entry.path();
    std::error_code none;
    if (path.filename() == config_file_name || stands_in(found.ours, path) || stands_in(found.unreachable, path))
        return;
    const bool temporary = path.filename().string().starts_with(temporary_prefix);
    if (temporary || (is_file(entry) && (path.filename() == update_check_file_name || is_pending_delta(path))))
        add_followed(found.ours, path);
    else if (!is_link(entry) && is_file(entry) && is_sfc_ecs(path))
        found.ours.push_back(path);
    else if (is_link(entry) || !entry.is_directory(none) || !find_in_subfolder(path, found))
        found.others.push_back(path);
}

void find_config(config_root_files& found) {
    const auto path = found.root / config_file_name;
    std::error_code none;
    if (!found.unreachable.empty()) // it says where they are
        return;
    if (is_our_config(path))
        add_followed(found.ours, path);
    else if (fs::exists(fs::symlink_status(path, none)))
        found.others.push_back(path);
}

/// The links that lead from `root` as it was named to the folder itself, the first last.
std::vector<fs::path> links_to_root(fs::path root) {
    while (!root.has_filename() || root.filename() == ".")
        root = root.parent_path();
    auto steps = links_from(root);
    steps.pop_back();
    std::ranges::reverse(steps);
    return steps;
}

} // namespace

config_root_files find_config_root_files(const fs::path& root) {
    const auto nothing = [&] {
        return failure(errc::config_missing, "There is no OmegaSafe configuration in " + root.string() + ".");
    };
    if (!is_there(root))
        throw nothing();
    config_root_files found;
    std::error_code problem;
    found.root = fs::canonical(root, problem);
    fs::directory_iterator entries(root, problem);
    if (problem == std::errc::not_a_directory)
        throw nothing();
    if (problem)
        throw cannot_look_at(root, problem.value());
    found.root_links = links_to_root(root);
    find_containers(found);
    for (const auto& entry : fs::directory_iterator(found.root))
        sort_entry(entry, found);
    find_config(found);
    if (found.ours.empty() && found.unreachable.empty())
        throw nothing();
    return found;
}

std::optional<crypto::uuid> config_root_id(const fs::path& root) {
    auto keys = root / keys_container_name;
    try {
        keys = load_settings(root).keys_path;
    } catch (const failure&) {
        // The default place may do.
    }
    const auto header = header_of(keys);
    return header ? std::optional{header->container_id} : std::nullopt;
}

} // namespace omegasafe::storage
