// The words about files and trees: what is asked for, how far it is, what came of it.
#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <omegasafe/error.hpp>
#include <omegasafe/secret.hpp>
#include <omegasafe/types.hpp>
#include <stop_token>
#include <vector>

namespace omegasafe {

/// How far a long call is, in bytes: of a single file as it is encrypted (name and filling count), of plain files in a
/// tree.
struct progress {
    std::uint64_t done = 0;
    std::uint64_t total = 0; // 0: a stream that is still being read
    std::uint64_t files_done = 0;
    std::uint64_t files_total = 0; // 0: a single file
};

/// Called from another thread than the caller's, one call at a time, at most ten times a second; not after the call it
/// belongs to has returned. What it throws stops the call, which then ends with errc::aborted.
using progress_listener = std::function<void(const progress& now)>;

/// How a long call is watched and ended. A stop is heard within a chunk (1 MiB); the call ends with errc::aborted and
/// leaves nothing behind, of a tree the files that were done. Positions that were claimed for it stay used up.
struct watch {
    progress_listener listener{};
    std::stop_token stop{};
};

/// What a tree keeps of a file or folder beside its content.
struct file_attributes {
    std::uint64_t size = 0;    // bytes; 0 for a folder
    std::uint32_t mode = 0;    // permission bits, at most 0777
    std::int64_t mtime_ns = 0; // since 1970
    /// All members.
    bool operator==(const file_attributes&) const = default;
};

/// One file to encrypt.
struct encrypt_file {
    std::filesystem::path input;
    std::filesystem::path output; // the file to make; its folder must be there
    uuid key_uuid{};
    bool overwrite = false;
};
/// One file to decrypt or verify.
struct decrypt_file {
    std::filesystem::path input;
    std::filesystem::path output_folder; // must be there
    std::string name_override;           // a plain file name (plain_file_name); empty: the original one
    bool overwrite = false;
    bool verify_only = false;                  // check everything, write nothing
    std::optional<file_attributes> expected{}; // the size must be right; mode and time are restored
};
/// What an encrypted file's word is good for, and in which form it is.
struct file_protection {
    bool layer = false;          // it lies in the AES-256-GCM layer
    bool authenticated = false;  // a key said so: that of its tag, made with all maps of its Delta, or the layer's
    unsigned format_version = 0; // of encrypted files (docs/formats.md, section 14)
    bool layer_missing = false;  // read without the layer, although a layer password is set for its key
};
/// By which one encrypted file is known among all others.
struct file_proof {
    u128 global_position_start = 0;        // its first position, which no other file has
    std::array<std::uint8_t, 32> sha256{}; // of the plain file
    /// Both.
    bool operator==(const file_proof&) const = default;
};
/// What came of one file.
struct file_report {
    std::filesystem::path output; // empty after verify_only
    std::uint64_t bytes = 0;      // of the plain file
    std::uint64_t positions = 0;  // used or read
    uuid key_uuid{};
    std::uint64_t delta_seq = 0;
    std::chrono::duration<double> seconds{};
    file_protection protection{};
    file_proof proof{};
};

/// Which files of a tree are meant (docs/commands.md, encrypt-tree, has the rules). No include means all.
struct tree_patterns {
    std::vector<std::string> include;
    std::vector<std::string> exclude;
};
/// A folder to encrypt.
struct encrypt_tree {
    std::filesystem::path input;  // folder
    std::filesystem::path output; // folder, made when missing
    uuid key_uuid{};
    tree_patterns patterns;
    unsigned jobs = 0;   // files or groups of files at a time; 0: one per core, at least two
    bool resume = false; // go on with what an interrupted run left
};
/// An encrypted folder to decrypt.
struct decrypt_tree {
    std::filesystem::path input;  // folder that encrypt_tree made
    std::filesystem::path output; // folder, made when missing
    tree_patterns patterns;
    unsigned jobs = 0;
    bool resume = false;    // files that are there with the right size and time are done
    bool overwrite = false; // replace other files
};

/// What became of one file of a tree.
enum class tree_status : std::uint8_t {
    done,    // encrypted or decrypted by this run
    resumed, // by an earlier one
    skipped, // no file: a symbolic link or special file
    failed,
};
/// What became of one file (or of a folder that failed).
struct tree_item {
    std::string path;           // inside the tree
    std::string encrypted_name; // empty when there is none
    tree_status status = tree_status::failed;
    std::uint64_t bytes = 0; // of the plain file
    errc code = errc::none;  // why it failed
    std::string sentence;    // why it failed or was skipped
};
/// What came of a folder.
struct tree_report {
    std::filesystem::path output;
    std::vector<tree_item> items; // ordered by path
    std::chrono::duration<double> seconds{};
    bool was_complete = false;    // encrypt_tree with `resume`: the tree was finished already
    file_protection protection{}; // of the index and all files that were done: `layer` when all have it
    uuid tree_uuid{};             // drawn when it was first encrypted, and kept by `resume`
};
using tree_report_ptr = std::shared_ptr<const tree_report>; // large trees have millions of items

/// A decrypted buffer and the name it was encrypted under.
struct decrypted_buffer {
    std::string name;
    secure_bytes content;
    file_protection protection{};
};

/// What a container says without being decrypted.
struct inspection {
    /// One entry of it.
    struct entry {
        uuid id{};
        std::string name; // empty: not one of ours
        std::uint64_t length = 0;
    };
    std::filesystem::path path;
    unsigned format_version = 0;
    bool password_protected = false;
    std::uint64_t size = 0;                    // bytes of the whole file
    std::optional<std::vector<entry>> entries; // nothing: sealed, and the configured layer password does not fit
    /// What an encrypted file says of its positions.
    struct encrypted {
        uuid key_uuid{};
        u128 global_position_start = 0;
        std::uint64_t length = 0; // of encrypted_data: the positions used
    };
    std::optional<encrypted> encrypted_file; // nothing: another kind of container
    bool layer = false;         // an encrypted file in the AES-256-GCM layer, or a sealed container that did not open
    bool authenticated = false; // what is said here was checked with the layer's key; a tag was not looked at
};

} // namespace omegasafe
