// The directory of a container as bytes, and what reader and writers of containers share. For them only.
#pragma once

#include "storage/container/sfc_header.hpp"

namespace omegasafe::storage {

/// The rows of a directory in the order of their ids; they lie in `directory`. Every length and place is checked:
/// failure(container_damaged).
std::vector<sfc_entry> parse_sfc_directory(
    const byte_source& source, const sfc_header& header, const_byte_span directory);

/// The reverse; `entries` may stand in any order. failure(internal) when an id stands twice or they are too many.
secure_bytes encode_sfc_directory(std::vector<sfc_entry> entries);

/// failure(internal) when a reader would refuse an entry with these attributes. For every writer, before it writes.
void check_attributes(const_byte_span attributes);

/// A new entry at `offset`, sealed with a fresh random key, or plain when `header` has no password.
sfc_new_entry new_sfc_entry(
    const sfc_header& header, const uuid& id, std::uint64_t offset, const_byte_span attributes, std::uint64_t length);

/// Seals `plain` segment by segment and writes it to `offset`.
void write_sfc_segments(byte_sink& sink, const segment_codec& codec, std::uint64_t offset, const_byte_span plain);

/// A bug of the caller.
failure sfc_misuse(const std::string& what);

} // namespace omegasafe::storage
