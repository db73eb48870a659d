#include "storage/group_sync.hpp"

#include "storage/fail_points.hpp"
#include "storage/system_error.hpp"
#include <fcntl.h>
#include <linux/magic.h>
#include <set>
#include <sys/vfs.h>

namespace omegasafe::storage {

namespace {

/// Where syncfs waits until everything is on the disk and reports what could not be written. Elsewhere (FUSE and
/// network file systems) it may do less.
bool syncs_as_a_whole(int folder) {
    struct statfs status {};
    if (::fstatfs(folder, &status) != 0)
        return false;
    switch (static_cast<unsigned long>(status.f_type)) {
    case EXT4_SUPER_MAGIC: // ext2 and ext3 have the same number
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case OVERLAYFS_SUPER_MAGIC:
        return true;
    default:
        return false;
    }
}

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
    if (syncs_as_a_whole(opened_.get())) {
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
