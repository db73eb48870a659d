// What kind of file system a file is on.
#pragma once

namespace omegasafe::storage {

/// Whether an open file or folder is on one of the kernel's own file systems for local disks or memory: no network, no
/// FUSE, whose promises and costs differ.
bool on_local_file_system(int opened);

/// Whether a file keeps its inode number as long as it exists: not on network, FUSE and overlay file systems, which may
/// make up another one at every mount.
bool keeps_inode_numbers(int opened);

} // namespace omegasafe::storage
