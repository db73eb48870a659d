#include "storage/files/file_move.hpp"

#include "storage/files/atomic_file.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/file_lock.hpp"
#include "storage/files/system_error.hpp"
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <omegasafe/error.hpp>
#include <unistd.h>

namespace omegasafe::storage {

namespace {

void sync_folder_of(const std::filesystem::path& path) {
    const descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder)
        ::fsync(folder.get());
}

/// 0, or why not.
int rename_to_new(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (const int injected = fail_point("rename_new"); injected != 0)
        return injected;
    return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
}

void copy_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
    const file_source source(from);
    atomic_file copy(to, existing_target::refuse);
    copy.copy_from(source, 0, source.size(), 0);
    copy.commit();
}

} // namespace

void move_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    const file_lock lock(from);
    const int error = rename_to_new(from, to);
    if (error == EXDEV || not_offered(error)) {
        copy_durably(from, to);
        remove_file(from); // still locked: no change went to the old file after the copy
    } else if (error != 0) {
        throw system_failure(errc::output_refused, "Cannot move " + from.string() + " to " + to.string(), error);
    }
    sync_folder_of(to);
    sync_folder_of(from);
}

bool remove_file(const std::filesystem::path& path) {
    const int injected = fail_point("unlink");
    if (injected == 0 && std::remove(path.c_str()) == 0) {
        sync_folder_of(path);
        return true;
    }
    const int error = injected != 0 ? injected : errno;
    if (error == ENOENT)
        return false;
    throw system_failure(errc::io_failed, "Cannot remove " + path.string(), error);
}

} // namespace omegasafe::storage
