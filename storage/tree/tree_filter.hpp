// Which files of a tree are meant: --include and --exclude (docs/commands.md).
#pragma once

#include "storage/tree/tree_index.hpp"

namespace omegasafe::storage {

/// Patterns are matched by fnmatch(3) with '*' and '?' stopping at '/'. A pattern that begins with '/' is matched from
/// the root of the tree; any other against the end of the path, from the beginning of a component. One that ends with
/// '/' matches folders only. A folder that matches counts for all that is in it. --exclude wins.
class tree_filter {
public:
    explicit tree_filter(tree_patterns patterns) : patterns_(std::move(patterns)) {}

    /// True when an --exclude matches this very path.
    bool excludes(const std::string& path, bool is_folder) const;
    /// Drops what is not meant: excluded, or, where there is an --include, not included. Folders on the way to what
    /// stays stay too. `entries` may be in any order.
    void select(std::vector<tree_entry>& entries) const;

private:
    bool takes(const tree_entry& entry) const;

    tree_patterns patterns_;
};

} // namespace omegasafe::storage
