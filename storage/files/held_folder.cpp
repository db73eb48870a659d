#include "storage/files/held_folder.hpp"

#include "storage/files/fail_points.hpp"
#include "storage/files/system_error.hpp"
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

namespace omegasafe::storage {

namespace {

/// For kernels without openat2: whatever is renamed meanwhile, each step ends in a folder that was below the one
/// before.
int open_in_steps(int folder, const std::string& below, int flags) {
    descriptor reached;
    for (std::size_t begin = 0;;) {
        const auto end = below.find('/', begin);
        const auto name = below.substr(begin, end - begin);
        const int from = reached ? reached.get() : folder;
        if (name == "..") {
            errno = EXDEV;
            return -1;
        }
        if (end == std::string::npos)
            return ::openat(from, name.c_str(), flags | O_NOFOLLOW);
        descriptor next(::openat(from, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!next)
            return -1;
        reached = std::move(next);
        begin = end + 1;
    }
}

int open_below(int folder, const std::string& below, int flags) {
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_NOFOLLOW);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    const auto opened = guarded(
        "openat2", [&] { return static_cast<int>(::syscall(SYS_openat2, folder, below.c_str(), &how, sizeof how)); });
    // EPERM: a sandbox that does not know the call. EAGAIN: something was renamed on the way.
    return opened >= 0 || (errno != ENOSYS && errno != EPERM && errno != EAGAIN) ? opened
                                                                                 : open_in_steps(folder, below, flags);
}

failure cannot_open(errc code, const std::filesystem::path& path, int error) {
    if (error == ELOOP || error == ENOTDIR || error == EXDEV)
        return failure(code, path.string() + " is a symbolic link or lies behind one, which is not followed; put the "
                                             "file or folder itself there.");
    return system_failure(code, "Cannot open " + path.string(), error);
}

} // namespace

file_identity identity_of(const struct stat& status) {
    return {status.st_dev, status.st_ino};
}

std::string parent_of(const std::string& below) {
    const auto slash = below.rfind('/');
    return slash == std::string::npos ? std::string{} : below.substr(0, slash);
}

std::string last_of(const std::string& below) {
    return below.substr(below.rfind('/') + 1); // npos + 1 is 0
}

held_folder::held_folder(std::filesystem::path folder, errc refused)
    : path_(std::move(folder)), refused_(refused),
      descriptor_(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!descriptor_)
        throw system_failure(refused_, "Cannot use the folder " + path_.string(), errno);
}

descriptor held_folder::open(const std::string& below, int flags) const {
    const auto more = (flags & O_PATH) != 0 ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK | O_NOCTTY; // openat2 is strict
    return storage::descriptor(open_below(descriptor_.get(), below.empty() ? "." : below, flags | more));
}

std::optional<struct stat> held_folder::status(const std::string& below) const {
    struct stat status {};
    const auto found = open(below, O_PATH);
    return found && ::fstat(found.get(), &status) == 0 ? std::optional{status} : std::nullopt;
}

descriptor held_folder::opened_as(const std::string& below, int flags, const std::optional<file_identity>& seen) const {
    auto opened = open(below, flags);
    if (!opened)
        throw cannot_open(refused_, path_of(below), errno);
    struct stat status {};
    if (seen && (::fstat(opened.get(), &status) != 0 || identity_of(status) != *seen))
        throw failure(refused_, path_of(below).string() +
                                    " was replaced by another file or folder meanwhile; run the command again when "
                                    "nobody changes the folder.");
    return opened;
}

descriptor held_folder::open_folder(const std::string& below, const std::optional<file_identity>& seen) const {
    return opened_as(below, O_RDONLY | O_DIRECTORY, seen);
}

file_source held_folder::open_file(const std::string& below, const std::optional<file_identity>& seen) const {
    return {opened_as(below, O_RDONLY, seen), path_of(below)};
}

bool held_folder::remove(const std::string& below, int flags) const {
    const auto parent = open(parent_of(below), O_PATH | O_DIRECTORY);
    return parent && ::unlinkat(parent.get(), last_of(below).c_str(), flags) == 0;
}

} // namespace omegasafe::storage
