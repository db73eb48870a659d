#include "storage/group_sync.hpp"

#include "storage/fail_points.hpp"
#include "storage/file_system.hpp"
#include "storage/system_error.hpp"
#include <fcntl.h>
#include <set>

namespace omegasafe::storage {

namespace {

void sync_one(const std::filesystem::path& path) {
    const descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!opened || ::fsync(opened.get()) != 0)
        throw system_failure(errc::io_failed, "Writing " + path.string() + " to the disk failed", errno);
}

} // namespace

group_sync::group_sync(std::filesystem::path folder)
    : folder_(std::move(folder)), opened_(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!opened_)
        throw system_failure(errc::output_refused, "Cannot use the folder " + folder_.string(), errno);
}

void group_sync::sync(const std::vector<std::filesystem::path>& files) const {
    // syncfs waits there until everything is on the disk and reports what could not be written; elsewhere it may do
    // less.
    if (on_local_file_system(opened_.get())) {
        const int injected = fail_point("sync_group");
        if (injected != 0 || ::syncfs(opened_.get()) != 0)
            throw system_failure(errc::io_failed, "Writing the files in " + folder_.string() + " to the disk failed",
                injected != 0 ? injected : errno);
        return;
    }
    std::set<std::filesystem::path> folders;
    for (const auto& file : files) {
        sync_one(file);
        folders.insert(file.parent_path());
    }
    for (const auto& folder : folders)
        sync_one(folder);
}

} // namespace omegasafe::storage
