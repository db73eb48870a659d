// A configured ECS as it is stored in ecs_storage.sfc and exported (docs/formats.md).
#pragma once

#include "messages/messages.hpp"
#include "storage/container/container_file.hpp"
#include "storage/container/sfc.hpp"

namespace omegasafe::ecs {

/// The entry as it goes into a container: what may be listed in the attributes, the API key as content, so that it
/// never lies in ordinary memory.
storage::container_changes::entry to_stored(const ecs_entry& entry);
/// Reading is strict: failure(container_damaged), failure(container_newer) for a type this version does not know;
/// `what` names the container in errors.
ecs_entry read_ecs_entry(
    const storage::sfc_reader& container, const storage::sfc_entry& stored, const std::string& what);

/// An exported ECS: a container without password with this one entry, mode 0600. failure(output_refused) when `path`
/// exists.
void export_ecs(const std::filesystem::path& path, const ecs_entry& entry);
/// failure(container_damaged) when the file is no exported ECS.
ecs_entry read_exported_ecs(const std::filesystem::path& path);

} // namespace omegasafe::ecs
