// Which machine and which file something is in, so that a copy of it can be told from the original.
#pragma once

#include "crypto/uuid.hpp"
#include <filesystem>
#include <optional>

namespace omegasafe::storage {

/// Whatever is unknown is nothing or 0.
struct file_place {
    /// Stands for this machine and tells nothing of it: derived from its machine-id as machine-id(5) asks of programs.
    std::optional<crypto::uuid> machine{};
    /// Only of file systems that keep inode numbers.
    std::uint64_t inode = 0;
    /// When the inode was made, in nanoseconds since 1970: the number of a file that is gone is used again soon.
    std::uint64_t born_ns = 0;

    bool operator==(const file_place&) const = default;
};

/// Nothing where there is no machine-id.
const std::optional<crypto::uuid>& this_machine();

/// Of an open file. A file made without a name keeps its place when it gets one.
file_place place_of(int opened);

/// False when what was written at `noted` is seen at `seen` because it was copied, restored or cloned. Machines, and
/// times, that are unknown on one side prove nothing; a file that has come to another kind of file system was moved.
bool same_place(const file_place& noted, const file_place& seen);

/// Of the machine-id in `file`; nothing when there is none. For tests; everybody else asks for a place.
std::optional<crypto::uuid> machine_in(const std::filesystem::path& file);

} // namespace omegasafe::storage
