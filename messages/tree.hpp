// What the batch actor and its workers say about whole trees of files.
#pragma once

#include "messages/messages.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::storage {
class held_folder;
} // namespace omegasafe::storage

namespace omegasafe {

/// Which file or folder it is, whatever its name.
struct file_identity {
    std::uint64_t device = 0, inode = 0;
    bool operator==(const file_identity&) const = default;
};

/// A folder that stays the same whatever is renamed, and one name below it.
using held_folder_ptr = std::shared_ptr<const storage::held_folder>;
struct tree_place {
    held_folder_ptr root;
    std::string below;
};

// --- tree_worker ----------------------------------------------------------------------------------------------------

/// One file of a tree with its two sides.
struct tree_file {
    std::size_t number = 0; // the batch's own
    tree_place input, output;
    file_attributes attributes;                 // of the plain file
    std::optional<file_identity> input_seen;    // by the walk
    std::optional<file_identity> folder_seen{}; // the output's, when this run made it or looked at it
    file_proof proof{};                         // of the encrypted file, to decrypt it
};
/// A large file of a tree, alone.
struct encrypt_tree_file {
    tree_file file;
    uuid key_uuid{};
};
struct decrypt_tree_file {
    tree_file file;
    uuid key_uuid{}; // of the index
    bool overwrite = false;
};
/// Small files that share a claim (when encrypting) and a sync.
struct file_group {
    crypto::direction direction{};
    uuid key_uuid{};        // to encrypt with, or that of the index
    held_folder_ptr folder; // all outputs lie below it
    bool overwrite = false;
    std::vector<tree_file> files;
};
struct file_result {
    std::size_t number = 0;
    errc code = errc::none; // none: durable under its name
    std::string sentence;
    file_protection protection{}; // known when code is none, like what follows
    file_proof proof{};
};

/// Bytes done of a large file that is under way.
struct part_progress {
    std::size_t number = 0;
    std::uint64_t bytes = 0;
};

} // namespace omegasafe
