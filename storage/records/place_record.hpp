// The entry of a container that says where it was written. What is only good there, as claims are, is not believed in a
// copy.
#pragma once

#include "storage/container/container_file.hpp"
#include "storage/files/file_place.hpp"

namespace omegasafe::storage {

/// The entry's UUID, in every container that has one.
inline constexpr uuid place_entry_uuid{
    0x9d, 0x3c, 0x61, 0xe5, 0x0b, 0x7f, 0x4c, 0x28, 0x8a, 0x56, 0xd1, 0x4e, 0x72, 0x0f, 0xb9, 0x83};

/// Attributes of the entry. Strict on reading: failure(container_damaged), failure(container_newer).
std::vector<std::uint8_t> encode(const file_place& place);
file_place decode_place(crypto::const_byte_span cbor);

/// For a change: the entry of the file that is written.
container_changes::about_file place_entry();

/// Whether the container stands where it was written last; not when it does not say where.
bool is_where_written(const sfc_reader& container);

} // namespace omegasafe::storage
