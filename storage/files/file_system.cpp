#include "storage/files/file_system.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

namespace omegasafe::storage {

namespace {

constexpr unsigned long zfs_magic = 0x2FC12FC1; // its module is not part of the kernel, so no header has it

/// 0 of what cannot be asked, which is no file system's number.
unsigned long kind_of_file_system(int opened) {
    struct statfs status {};
    return ::fstatfs(opened, &status) == 0 ? static_cast<unsigned long>(status.f_type) : 0;
}

bool on_disk_or_in_memory(unsigned long kind) {
    switch (kind) {
    case EXT4_SUPER_MAGIC: // ext2 and ext3 have the same number
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case TMPFS_MAGIC:
        return true;
    default:
        return false;
    }
}

} // namespace

bool on_local_file_system(int opened) {
    const auto kind = kind_of_file_system(opened);
    return on_disk_or_in_memory(kind) || kind == OVERLAYFS_SUPER_MAGIC;
}

bool keeps_inode_numbers(int opened) {
    const auto kind = kind_of_file_system(opened);
    return on_disk_or_in_memory(kind) || kind == zfs_magic;
}

} // namespace omegasafe::storage
