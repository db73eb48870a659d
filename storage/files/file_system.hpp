// What kind of file system a file is on.
#pragma once

namespace omegasafe::storage {

/// Whether an open file or folder is on one of the kernel's own file systems for local disks or memory: no network, no
/// FUSE, whose promises and costs differ.
bool on_local_file_system(int opened);

} // namespace omegasafe::storage
