#include "storage/tree/tree_walk.hpp"

#include "storage/files/file_status.hpp"
#include "storage/files/system_error.hpp"
#include <algorithm>
#include <sys/stat.h>

namespace omegasafe::storage {

namespace fs = std::filesystem;

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

/// Read at once, so that no folder stays open while those in it are visited. Throws std::filesystem::filesystem_error.
std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    return names;
}

class walker {
public:
    walker(const fs::path& root, const tree_filter& filter, walked_tree& found)
        : root_(root), filter_(filter), found_(found) {}

    void visit(const std::string& folder) {
        for (const auto& name : names_in(folder.empty() ? root_ : root_ / folder))
            visit_entry(folder.empty() ? name : folder + "/" + name);
    }

private:
    void visit_entry(const std::string& path) {
        struct stat status {};
        if (::lstat((root_ / path).c_str(), &status) != 0) {
            if (errno != ENOENT) // gone since the folder was read: nothing to encrypt
                problem(path, system_failure(errc::input_unreadable, "Cannot look at it", errno));
            return;
        }
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
        found_.entries.push_back({path, is_folder, attributes_of(status), {}});
        if (is_folder)
            visit_below(path);
    }

    void visit_below(const std::string& path) {
        try {
            visit(path);
        } catch (const fs::filesystem_error& error) {
            problem(path,
                system_failure(errc::input_unreadable, "Cannot read what is in the folder", error.code().value()));
        }
    }

    void problem(const std::string& path, const failure& why) {
        found_.problems.push_back({path, why.code(), why.what()});
    }

    const fs::path& root_;
    const tree_filter& filter_;
    walked_tree& found_;
};

} // namespace

walked_tree walk_tree(const fs::path& root, const tree_filter& filter) {
    walked_tree found;
    try {
        walker(root, filter, found).visit("");
    } catch (const fs::filesystem_error& error) {
        throw system_failure(errc::input_unreadable, "Cannot read the folder " + root.string(), error.code().value());
    }
    filter.select(found.entries);
    std::ranges::sort(found.entries, {}, &tree_entry::path);
    std::ranges::sort(found.problems, {}, &walk_problem::path);
    return found;
}

} // namespace omegasafe::storage
