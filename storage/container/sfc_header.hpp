// Bytes of the container header and the keys and codecs that follow from it (docs/formats.md). For the reader and the
// writer only.
#pragma once

#include "storage/container/sfc.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

inline constexpr std::size_t sfc_header_bytes = 192;
using sfc_header_block = std::array<std::uint8_t, sfc_header_bytes>;

/// The whole header, checksum included.
sfc_header_block encode_sfc_header(const sfc_header& header);

/// Key for the directory of one written file: its salt is fresh in each.
secure_bytes sfc_directory_key(const secure_bytes& root_key, const sfc_header& header);
/// What the header's password_check must be for this root key.
std::array<std::uint8_t, 16> sfc_password_check(const secure_bytes& root_key, const sfc_header& header);

/// Codec of the directory, bound to everything the header says. `root_key` null: plain.
segment_codec sfc_directory_codec(const secure_bytes* root_key, const sfc_header& header);
/// Codec of an entry; sealed ones are bound to what the header fixes at creation and to the entry's id. `key` empty:
/// plain.
std::shared_ptr<const segment_codec> sfc_entry_codec(const_byte_span key, const sfc_header& header, const uuid& id);

/// One line for every damaged container: `what` says what was found.
failure sfc_damaged(const byte_source& source, const std::string& what);

} // namespace omegasafe::storage
