// What a container holds, for tests that compare versions of it.
#pragma once

#include "storage/container/container_file.hpp"
#include "storage_support.hpp"
#include <map>

namespace omegasafe::test {

/// Attributes and data by number.
using content = std::map<std::uint8_t, std::pair<bytes, bytes>>;

inline content content_of(const storage::sfc_reader& reader) {
    content found;
    for (const auto& entry : reader.entries())
        found[entry.id.data[15]] = {to_bytes(entry.attributes), to_bytes(reader.read(entry, 1 << 24))};
    return found;
}

} // namespace omegasafe::test
