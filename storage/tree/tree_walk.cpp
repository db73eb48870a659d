#include "storage/tree/tree_walk.hpp"

#include "storage/files/file_status.hpp"
#include "storage/files/system_error.hpp"
#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>

namespace omegasafe::storage {

namespace {

const char* kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFLNK:
        return "a symbolic link";
    case S_IFIFO:
        return "a named pipe";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

/// What a folder has, looked at while it is open.
struct found_entry {
    std::string name;
    int error = 0; // why it could not be looked at
    struct stat status {};
};

/// Read at once, so that no folder stays open while those in it are visited. Sets errno when it cannot be read.
std::optional<std::vector<found_entry>> entries_in(descriptor folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> opened(::fdopendir(folder.get()), ::closedir);
    if (!opened)
        return {};
    folder.release();
    std::vector<found_entry> entries;
    while (errno = 0, true) {
        const auto* entry = ::readdir(opened.get());
        if (entry == nullptr)
            break;
        found_entry found{entry->d_name, 0, {}};
        if (found.name == "." || found.name == "..")
            continue;
        if (::fstatat(::dirfd(opened.get()), entry->d_name, &found.status, AT_SYMLINK_NOFOLLOW) != 0)
            found.error = errno;
        entries.push_back(std::move(found));
    }
    return errno == 0 ? std::optional{std::move(entries)} : std::nullopt;
}

class walker {
public:
    walker(const held_folder& root, const tree_filter& filter, walked_tree& found)
        : root_(root), filter_(filter), found_(found) {}

    /// Throws failure(input_unreadable).
    void visit(const std::string& folder, const std::optional<file_identity>& seen) {
        const auto entries = entries_in(root_.open_folder(folder, seen));
        if (!entries)
            throw system_failure(
                errc::input_unreadable, "Cannot read the folder " + root_.path_of(folder).string(), errno);
        for (const auto& entry : *entries)
            visit_entry(folder.empty() ? entry.name : folder + "/" + entry.name, entry);
    }

private:
    void visit_entry(const std::string& path, const found_entry& entry) {
        if (entry.error != 0) {
            if (entry.error != ENOENT) // gone since the folder was read: nothing to encrypt
                problem(path, system_failure(errc::input_unreadable, "Cannot look at it", entry.error));
            return;
        }
        const auto& status = entry.status;
        const bool is_folder = S_ISDIR(status.st_mode);
        if (filter_.excludes(path, is_folder))
            return;
        if (!is_folder && !S_ISREG(status.st_mode)) {
            found_.problems.push_back({path, errc::none, std::string{"It is "} + kind_of(status.st_mode) + "."});
            return;
        }
        if (!safe_tree_path(path)) {
            problem(path, {errc::usage, "Its name cannot be stored: names have 1 to 255 bytes without '\\' and control "
                                        "characters; rename it."});
            return;
        }
        found_.entries.push_back({path, is_folder, attributes_of(status), {}, {}, identity_of(status)});
        if (is_folder)
            visit_below(path, identity_of(status));
    }

    void visit_below(const std::string& path, const file_identity& seen) {
        try {
            visit(path, seen);
        } catch (const failure& why) {
            problem(path, why);
        }
    }

    void problem(const std::string& path, const failure& why) {
        found_.problems.push_back({path, why.code(), why.what()});
    }

    const held_folder& root_;
    const tree_filter& filter_;
    walked_tree& found_;
};

} // namespace

walked_tree walk_tree(const held_folder& root, const tree_filter& filter) {
    walked_tree found;
    walker(root, filter, found).visit("", {});
    filter.select(found.entries);
    std::ranges::sort(found.entries, {}, &tree_entry::path);
    std::ranges::sort(found.problems, {}, &walk_problem::path);
    return found;
}

} // namespace omegasafe::storage
