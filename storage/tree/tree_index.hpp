// The index of an encrypted tree: what stands where, and which encrypted file holds it (docs/formats.md). It is itself
// the content of an encrypted file.
#pragma once

#include "crypto/secure_memory.hpp"
#include "messages/tree.hpp"

namespace omegasafe::storage {

/// Name of the index among the encrypted files of a tree, and the ending of theirs.
inline constexpr std::string_view tree_index_name = "index.omegasafe";
inline constexpr std::string_view encrypted_suffix = ".omegasafe";

/// One file or folder of a tree.
struct tree_entry {
    std::string path; // relative, components separated by '/', any bytes that safe_tree_path allows
    bool is_folder = false;
    file_attributes attributes;
    uuid encrypted{};     // names the encrypted file; nil for a folder
    file_proof proof{};   // of the encrypted file: no other one may stand under its name; zeros for a folder
    file_identity seen{}; // by a walk; not in the index
    bool operator==(const tree_entry&) const = default;
};

/// All of a tree.
struct tree_index {
    uuid tree_uuid{};                // drawn when the tree was begun
    std::vector<tree_entry> entries; // in ascending order of their paths (compared as bytes)
    bool operator==(const tree_index&) const = default;
};

/// "UUID.omegasafe".
std::string encrypted_name(const uuid& id);

/// True for relative paths of 1 to limits::tree_path_bytes bytes whose components are all safe_base_names.
bool safe_tree_path(std::string_view path);

/// Bytes of an index with these rows. Throws failure(file_too_large) when they are more than limits::tree_index_bytes.
std::uint64_t tree_index_size(const std::vector<tree_entry>& entries);
/// Throws as tree_index_size.
std::vector<std::uint8_t> encode_tree_index(const tree_index& index);

/// Strict: failure(container_damaged) on anything but safe paths in ascending order, each in a folder that is listed,
/// with plausible attributes and each encrypted file named once; failure(container_newer) on a later version.
tree_index decode_tree_index(crypto::const_byte_span bytes);

} // namespace omegasafe::storage
