// Writing without short counts.
#pragma once

#include "crypto/secure_memory.hpp"
#include <filesystem>

namespace omegasafe::storage {

/// Writes all of `data` at `offset` of an open file; `path` is what failure(io_failed) names, `fail_point` what tests
/// know the call by.
void write_fully(int file, std::uint64_t offset, crypto::const_byte_span data, const std::filesystem::path& path,
    const char* fail_point);

} // namespace omegasafe::storage
