// The two sides of a tree's file, reached from folders that are held open.
#pragma once

#include "messages/tree.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/files/held_folder.hpp"

namespace omegasafe::actors {

inline std::filesystem::path path_of(const tree_place& place) {
    return place.root->path_of(place.below);
}

/// Throws failure(input_unreadable), also when it is not the file that the walk saw.
inline storage::file_source open_input(const tree_file& file) {
    return file.input.root->open_file(file.input.below, file.input_seen);
}

/// Throws failure(output_refused), also when its folder is not the one that was there before.
inline storage::atomic_file make_output(const tree_file& file, storage::existing_target policy) {
    const auto& [root, below] = file.output;
    return {root->open_folder(storage::parent_of(below), file.folder_seen), root->path_of(below), policy};
}

} // namespace omegasafe::actors
