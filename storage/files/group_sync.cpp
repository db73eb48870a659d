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

void sync_one(const std::filesystem::path& path) {
    const descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!opened || (::fsync(opened.get()) != 0 && !not_offered(errno)))
        throw system_failure(errc::io_failed, "Writing " + path.string() + " to the disk failed", errno);
}

/// Not the same below a mount point, which syncfs does not reach.
std::optional<dev_t> device_of(int opened) {
    struct stat status {};
    return ::fstat(opened, &status) == 0 ? std::optional{status.st_dev} : std::nullopt;
}

descriptor open_folder(const std::filesystem::path& folder) {
    return descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

} // namespace

group_sync::group_sync(std::filesystem::path folder) : folder_(std::move(folder)), opened_(open_folder(folder_)) {
    if (!opened_)
        throw system_failure(errc::output_refused, "Cannot use the folder " + folder_.string(), errno);
}

void group_sync::sync(const std::vector<std::filesystem::path>& files) const {
    // syncfs waits there until everything is on the disk and reports what could not be written; elsewhere it may do
    // less.
    const auto at_once = on_local_file_system(opened_.get()) ? device_of(opened_.get()) : std::nullopt;
    if (at_once) {
        const int injected = fail_point("sync_group");
        if (injected != 0 || ::syncfs(opened_.get()) != 0)
            throw system_failure(errc::io_failed, "Writing the files in " + folder_.string() + " to the disk failed",
                injected != 0 ? injected : errno);
    }
    std::map<std::filesystem::path, bool> by_folder; // whether its files are synced one by one
    for (const auto& file : files) {
        const auto [folder, first] = by_folder.try_emplace(file.parent_path());
        if (first)
            folder->second = !at_once || device_of(open_folder(folder->first).get()) != at_once;
        if (folder->second)
            sync_one(file);
    }
    for (const auto& [folder, one_by_one] : by_folder)
        if (one_by_one)
            sync_one(folder);
}

} // namespace omegasafe::storage
