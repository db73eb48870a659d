// Reading and writing without short counts.
#pragma once

#include "crypto/secure_memory.hpp"
#include <filesystem>
#include <string>

namespace omegasafe::storage {

/// Writes all of `data` at `offset` of an open file; `path` is what failure(io_failed) names, `fail_point` what tests
/// know the call by.
void write_fully(int file, std::uint64_t offset, crypto::const_byte_span data, const std::filesystem::path& path,
    const char* fail_point);

/// Fills `out` from `offset` of an open file, which failure(io_failed) calls `name`, also when it ends before.
void read_fully(int file, std::uint64_t offset, crypto::byte_span out, const std::string& name);

} // namespace omegasafe::storage
