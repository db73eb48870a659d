// A container on disk that is read and changed by several processes: keys, local cache, ECS entries, SFC ECS.
#pragma once

#include "storage/container/sfc.hpp"
#include <functional>

namespace omegasafe::storage {

/// Changes to be made to a container. An id may stand in `put` or `remove`, not in both.
struct container_changes {
    struct entry {
        uuid id{};
        std::vector<std::uint8_t> attributes;
        std::optional<secure_bytes> data; // absent: keep the entry's data, change its attributes only
    };
    std::vector<entry> put;
    std::vector<uuid> remove;
    /// An entry without data that says something of the file itself, of which nobody knows before a new one exists. It
    /// is put when anything else changes.
    struct about_file {
        uuid id{};
        std::function<std::vector<std::uint8_t>(int opened)> attributes;
    };
    std::optional<about_file> about{};
};

/// Opens the container for reading; the snapshot stays valid while others change the file. When the file still holds
/// the version that `known` read before, that is the answer: one header is read.
/// Throws failure(config_missing) when there is no such file, and what sfc_reader throws.
std::shared_ptr<const sfc_reader> open_container(
    const std::filesystem::path& path, sfc_password_ptr password, std::shared_ptr<const sfc_reader> known = nullptr);

/// Creates an empty container (plus `changes`). Throws failure(config_exists / output_refused) when the file exists and
/// may not be replaced.
void create_container(const std::filesystem::path& path, sfc_password_ptr password, const container_changes& changes,
    bool replace = false);

/// Load, change, save under the exclusive lock: locks the file, opens it, asks `decide` what to change and makes the
/// change durable: in a new file beside the old one that replaces it (sealed entries that stay are copied as they are),
/// or in place where the container is large and nothing is removed or replaced (container_growth.hpp). Nothing is
/// written when there are no changes. When `decide` throws, nothing changes. On return the changes are durable; on any
/// failure the file holds the old or the new version whole.
void update_container(const std::filesystem::path& path, sfc_password_ptr password,
    const std::function<container_changes(const sfc_reader&)>& decide);

} // namespace omegasafe::storage
