// What the batch actor and its workers say about whole trees of files.
#pragma once

#include "messages/error.hpp"
#include "messages/messages.hpp"

namespace omegasafe {

// --- batch ----------------------------------------------------------------------------------------------------------

struct encrypt_tree {
    std::filesystem::path input;  // folder
    std::filesystem::path output; // folder, made when missing
    uuid key_uuid{};
    tree_patterns patterns;
    unsigned jobs = 0;   // files or groups of files at a time; 0: one per core, at least two
    bool resume = false; // go on with what an interrupted run left
};
struct decrypt_tree {
    std::filesystem::path input;  // folder that encrypt_tree made
    std::filesystem::path output; // folder, made when missing
    tree_patterns patterns;
    unsigned jobs = 0;
    bool resume = false;    // files that are there with the right size and time are done
    bool overwrite = false; // replace other files
};

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
struct tree_report {
    std::filesystem::path output;
    std::vector<tree_item> items; // ordered by path
    std::chrono::duration<double> seconds{};
    bool was_complete = false; // encrypt_tree with `resume`: the tree was finished already
};
using tree_report_ptr = std::shared_ptr<const tree_report>;

// --- tree_worker ----------------------------------------------------------------------------------------------------

/// One file of a tree with its two sides.
struct tree_file {
    std::size_t number = 0; // the batch's own
    std::filesystem::path input, output;
    file_attributes attributes; // of the plain file
};
/// Small files that share a claim (when encrypting) and a sync.
struct file_group {
    cipher_direction direction{};
    uuid key_uuid{};              // to encrypt with
    std::filesystem::path folder; // all outputs lie below it
    bool overwrite = false;
    std::vector<tree_file> files;
};
struct file_result {
    std::size_t number = 0;
    errc code = errc::none; // none: durable under its name
    std::string sentence;
};

/// Bytes done of a large file that is under way.
struct part_progress {
    std::size_t number = 0;
    std::uint64_t bytes = 0;
};

} // namespace omegasafe
