#include "storage/files/file_system.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

namespace omegasafe::storage {

bool on_local_file_system(int opened) {
    struct statfs status {};
    if (::fstatfs(opened, &status) != 0)
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

} // namespace omegasafe::storage
