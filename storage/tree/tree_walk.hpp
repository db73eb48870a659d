// Finds what is in a folder and below it.
#pragma once

#include "storage/files/held_folder.hpp"
#include "storage/tree/tree_filter.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

/// What a walk passes over: `code` says why it failed, errc::none that it was skipped on purpose.
struct walk_problem {
    std::string path;
    errc code = errc::none;
    std::string sentence;
};

struct walked_tree {
    std::vector<tree_entry> entries; // in ascending order of their paths; `encrypted` is nil
    std::vector<walk_problem> problems;
};

/// Follows no symbolic link, also none that appears meanwhile; these and special files are skipped, unreadable folders
/// and names that no index can hold are problems, and the walk goes on. Throws failure(input_unreadable) when `root`
/// itself cannot be read.
walked_tree walk_tree(const held_folder& root, const tree_filter& filter);

} // namespace omegasafe::storage
