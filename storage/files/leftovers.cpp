#include "storage/files/leftovers.hpp"

#include "storage/files/descriptor.hpp"
#include "storage/files/temporary_names.hpp"
#include <array>
#include <cerrno>
#include <cstdint>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>

namespace omegasafe::storage {

namespace {

/// Folders remembered as looked through; with more of them some are looked through again.
constexpr std::size_t most_known_folders = 10'000;

bool seen_before(int folder) {
    static std::mutex mutex;
    static auto& known = *new std::set<std::array<std::uint64_t, 5>>;
    struct statx status {};
    if (::statx(folder, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) != 0)
        return true;
    const std::lock_guard lock(mutex);
    if (known.size() >= most_known_folders)
        known.clear();
    const auto& made = status.stx_btime; // numbers of inodes are used again
    return !known
                .insert({status.stx_dev_major, status.stx_dev_minor, status.stx_ino,
                    static_cast<std::uint64_t>(made.tv_sec), made.tv_nsec})
                .second;
}

void remove_when_left(int folder, const char* name) {
    // For writing: network file systems lock exclusively only then.
    const descriptor file(::openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (file && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) &&
        ::flock(file.get(), LOCK_EX | LOCK_NB) == 0)
        ::unlinkat(folder, name, 0);
}

void look_through(int folder) {
    const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(again), ::closedir);
    if (!entries) {
        ::close(again); // without effect where it was not opened
        return;
    }
    while (const auto* entry = ::readdir(entries.get()))
        if (is_random_temporary_name(entry->d_name))
            remove_when_left(folder, entry->d_name);
}

} // namespace

void show_as_being_written(int file) noexcept {
    while (::flock(file, LOCK_EX) != 0 && errno == EINTR) {
    }
}

void remove_leftovers(int folder) noexcept {
    try {
        if (!seen_before(folder))
            look_through(folder);
    } catch (...) { // no memory: another process will
    }
}

} // namespace omegasafe::storage
