// Changing a large container in place, so that the cost follows the change and its directory, not the file.
#pragma once

#include "storage/container/container_file.hpp"

namespace omegasafe::storage {

/// A file that is written in place. A crash may keep, lose or tear any write since the last sync, in any order.
class in_place_file : public byte_sink {
public:
    /// Returns when everything written before is on disk. Throws failure(io_failed).
    virtual void sync() = 0;
    /// Cuts off what lies behind `size`. Throws failure(io_failed).
    virtual void cut(std::uint64_t size) = 0;
};

/// True when the changes can be made in place: they add entries or change attributes, and the header is not torn. What
/// removes or replaces data needs a new file, which takes the old bytes away.
bool can_grow(const sfc_reader& from, const container_changes& changes);

/// Makes the changes to the container that `from` read, `file` being the same file. The caller holds its lock.
///
/// New entries and a new directory go where neither an entry nor the present directory lies, most often to the place of
/// an earlier directory; when they are on disk, the header is overwritten. Until then the old version is whole, and it
/// stays whole for its readers: no entry is ever overwritten. Throws failure(io_failed), then nothing has changed.
/// False when it is not certain that the header is on the disk: the file holds the old or the new version, and the
/// caller writes a new file, because a system may take a page for written that it could not write.
[[nodiscard]] bool grow_container(
    in_place_file& file, const sfc_reader& from, const sfc_password_ptr& password, const container_changes& changes);

} // namespace omegasafe::storage
