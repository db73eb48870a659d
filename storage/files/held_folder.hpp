// A folder held open: what lies below it is reached without symbolic links, whatever its owner renames meanwhile.
#pragma once

#include "messages/tree.hpp"
#include "storage/files/random_access.hpp"
#include <sys/stat.h>

namespace omegasafe::storage {

file_identity identity_of(const struct stat& status);

/// Names below it are relative paths as safe_tree_path() allows them; "" is the folder itself. openat2 keeps them below
/// (RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS); kernels without it take one component after the other with O_NOFOLLOW.
class held_folder {
public:
    /// `folder` itself may be reached by links: whoever named it meant it so. Throws failure with `refused`, also later
    /// for what lies below.
    held_folder(std::filesystem::path folder, errc refused = errc::input_unreadable);

    const std::filesystem::path& path() const { return path_; }
    int descriptor() const { return descriptor_.get(); }
    std::filesystem::path path_of(const std::string& below) const { return below.empty() ? path_ : path_ / below; }

    /// Follows no link, waits for no writer of a FIFO; without value and with errno set when it cannot be opened.
    storage::descriptor open(const std::string& below, int flags) const;
    /// Nothing when it is not there or lies behind a link. Of a link itself, the link's.
    std::optional<struct stat> status(const std::string& below) const;
    /// Throws `failure`; also when it is not the folder that was `seen`, if one was.
    storage::descriptor open_folder(const std::string& below, const std::optional<file_identity>& seen = {}) const;
    /// A regular file. Throws `failure`; also when it is not the file that was `seen`, if one was.
    file_source open_file(const std::string& below, const std::optional<file_identity>& seen = {}) const;
    /// Removes a file, or an empty folder with AT_REMOVEDIR; false with errno set.
    bool remove(const std::string& below, int flags = 0) const;

private:
    storage::descriptor opened_as(const std::string& below, int flags, const std::optional<file_identity>& seen) const;

    std::filesystem::path path_;
    errc refused_;
    storage::descriptor descriptor_;
};

/// The folder of a name below a held one, "" for the held one, and what comes after it.
std::string parent_of(const std::string& below);
std::string last_of(const std::string& below);

} // namespace omegasafe::storage
