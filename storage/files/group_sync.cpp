#include "storage/files/group_sync.hpp"

#include "storage/files/fail_points.hpp"
#include "storage/files/file_system.hpp"
#include "storage/files/system_error.hpp"
#include <fcntl.h>
#include <map>
#include <optional>
#include <sys/stat.h>

namespace omegasafe::storage {

namespace {

void sync_one(const held_folder& root, const std::string& below) {
    const auto opened = root.open(below, O_RDONLY);
    // What has a mode that does not let its owner open it goes to the disk with all the rest.
    const int synced = opened ? ::fsync(opened.get()) : errno == EACCES ? ::syncfs(root.descriptor()) : -1;
    if (synced != 0 && !(opened && not_offered(errno)))
        throw system_failure(errc::io_failed, "Writing " + root.path_of(below).string() + " to the disk failed", errno);
}

/// Not the same below a mount point, which syncfs does not reach.
std::optional<dev_t> device_of(const std::optional<struct stat>& status) {
    return status ? std::optional{status->st_dev} : std::nullopt;
}

} // namespace

void group_sync::sync(const std::vector<std::string>& files) const {
    // syncfs waits there until everything is on the disk and reports what could not be written; elsewhere it may do
    // less.
    const int root = folder_->descriptor();
    const auto at_once = on_local_file_system(root) ? device_of(folder_->status("")) : std::nullopt;
    if (at_once) {
        const int injected = fail_point("sync_group");
        if (injected != 0 || ::syncfs(root) != 0)
            throw system_failure(errc::io_failed,
                "Writing the files in " + folder_->path().string() + " to the disk failed",
                injected != 0 ? injected : errno);
    }
    std::map<std::string, bool> by_folder; // whether its files are synced one by one
    for (const auto& file : files) {
        const auto [folder, first] = by_folder.try_emplace(parent_of(file));
        if (first)
            folder->second = !at_once || device_of(folder_->status(folder->first)) != at_once;
        if (folder->second)
            sync_one(*folder_, file);
    }
    for (const auto& [folder, one_by_one] : by_folder)
        if (one_by_one)
            sync_one(*folder_, folder);
}

} // namespace omegasafe::storage
