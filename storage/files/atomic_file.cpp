#include "storage/files/atomic_file.hpp"

#include "messages/limits.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/file_status.hpp"
#include "storage/files/leftovers.hpp"
#include "storage/files/system_error.hpp"
#include "storage/files/temporary_names.hpp"
#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

namespace omegasafe::storage {

namespace {

constexpr mode_t private_mode = S_IRUSR | S_IWUSR;

std::filesystem::path folder_of(const std::filesystem::path& target) {
    return target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
}

bool full(int error) {
    return error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO;
}

failure cannot_create(const std::filesystem::path& target, int error) {
    return system_failure(
        full(error) ? errc::io_failed : errc::output_refused, "Cannot create " + target.string(), error);
}

failure not_on_disk(const std::filesystem::path& target, int error) {
    return system_failure(errc::io_failed, "Writing " + target.string() + " to the disk failed", error);
}

failure exists_already(const std::filesystem::path& target) {
    return failure(
        errc::output_refused, target.string() + " exists already; choose another name or remove the file first.");
}

void check_target(int folder, const std::filesystem::path& target, existing_target policy) {
    struct stat status {};
    if (::fstatat(folder, target.filename().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (S_ISDIR(status.st_mode))
        throw failure(errc::output_refused, target.string() + " is a folder; choose another name.");
    if (policy == existing_target::refuse)
        throw exists_already(target);
}

descriptor open_folder_of(const std::filesystem::path& target) {
    if (!target.has_filename())
        throw failure(errc::output_refused, "'" + target.string() + "' names no file; add a file name.");
    descriptor folder(::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder)
        throw system_failure(errc::output_refused, "Cannot use the folder of " + target.string(), errno);
    return folder;
}

/// Nothing where unnamed files cannot be made or cannot be named afterwards.
descriptor open_unnamed(int folder, const std::filesystem::path& target) {
    descriptor file(
        guarded("create_unnamed", [&] { return ::openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, private_mode); }));
    if (!file && errno != EISDIR && !not_offered(errno))
        throw cannot_create(target, errno);
    if (file && ::access(proc_path(file.get()).c_str(), F_OK) != 0)
        return {};
    return file;
}

} // namespace

atomic_file::atomic_file(const std::filesystem::path& target, existing_target policy)
    : atomic_file(open_folder_of(target), target, policy) {}

atomic_file::atomic_file(storage::descriptor folder, std::filesystem::path target, existing_target policy)
    : target_(std::move(target)), policy_(policy), folder_(std::move(folder)) {
    check_target(folder_.get(), target_, policy_);
    remove_leftovers(folder_.get());
    descriptor_ = open_unnamed(folder_.get(), target_);
    if (!descriptor_)
        create_named();
}

/// Random, since others may write the same target; fixed where a lock keeps them out, so that nothing piles up.
std::string atomic_file::choose_temporary_name() const {
    auto fixed = std::string{temporary_prefix} + target_.filename().string();
    if (policy_ != existing_target::replace_locked || fixed.size() > limits::name_bytes)
        return random_temporary_name();
    ::unlinkat(folder_.get(), fixed.c_str(), 0);
    return fixed;
}

void atomic_file::create_named() {
    do {
        auto name = choose_temporary_name();
        const int opened = temporary_names::instance().make(folder_.get(), name, [&] {
            return guarded("create_named", [&] {
                return ::openat(
                    folder_.get(), name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, private_mode);
            });
        });
        if (opened < 0)
            throw cannot_create(target_, errno);
        descriptor_ = storage::descriptor(opened);
        temporary_name_ = std::move(name);
        show_as_being_written(opened);
    } while (taken_for_left());
}

/// Another process may have removed the file between its creation and its lock.
bool atomic_file::taken_for_left() {
    if (::faccessat(folder_.get(), temporary_name_.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
        return false;
    temporary_names::instance().forget(folder_.get(), temporary_name_);
    temporary_name_.clear();
    return true;
}

atomic_file::~atomic_file() {
    if (temporary_name_.empty())
        return;
    ::unlinkat(folder_.get(), temporary_name_.c_str(), 0);
    temporary_names::instance().forget(folder_.get(), temporary_name_);
}

void atomic_file::write_at(std::uint64_t offset, const_byte_span data) {
    if (direct_)
        direct_->write_at(offset, data);
    else
        write_fully(descriptor_.get(), offset, data, target_, "write");
}

void atomic_file::complete() {
    if (direct_)
        direct_->complete();
}

bool atomic_file::copy_in_kernel(int from, std::uint64_t& source_offset, std::uint64_t& length, std::uint64_t& offset) {
    while (length > 0) {
        auto in = static_cast<off_t>(source_offset);
        auto out = static_cast<off_t>(offset);
        const auto copied =
            guarded("copy", [&] { return ::copy_file_range(from, &in, descriptor_.get(), &out, length, 0); });
        if (copied < 0 && errno == EINTR)
            continue;
        if (copied < 0 && full(errno))
            throw system_failure(errc::io_failed, "Writing " + target_.string() + " failed", errno);
        if (copied <= 0) // not supported between these files, or the source ended: the plain way knows
            return false;
        source_offset += static_cast<std::uint64_t>(copied);
        offset += static_cast<std::uint64_t>(copied);
        length -= static_cast<std::uint64_t>(copied);
    }
    return true;
}

void atomic_file::copy_from(
    const byte_source& source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t offset) {
    complete();
    const auto* file = dynamic_cast<const file_source*>(&source);
    if (file == nullptr || !copy_in_kernel(file->descriptor(), source_offset, length, offset))
        byte_sink::copy_from(source, source_offset, length, offset);
}

void atomic_file::reserve(std::uint64_t size) {
    // Not posix_fallocate: that writes zeros where the file system cannot reserve.
    const int result = guarded(
        "reserve", [&] { return ::fallocate(descriptor_.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)); });
    if (result != 0 && full(errno))
        throw system_failure(errc::io_failed, "Not enough room for " + target_.string(), errno);
    if (size >= limits::direct_bytes && !direct_)
        direct_ = direct_writer::open(descriptor_.get(), target_);
}

/// As link and rename: 0, or -1 with errno set. The destructor takes the temporary name away where it stays.
int atomic_file::rename_to_new(const std::string& name) {
    const int renamed = guarded("rename_new", [&] {
        return ::renameat2(folder_.get(), temporary_name_.c_str(), folder_.get(), name.c_str(), RENAME_NOREPLACE);
    });
    if (renamed == 0 || !not_offered(errno))
        return renamed;
    const int linked = guarded(
        "link_new", [&] { return ::linkat(folder_.get(), temporary_name_.c_str(), folder_.get(), name.c_str(), 0); });
    if (linked == 0 || errno == EEXIST) // any other error: file systems without links say it in many ways
        return linked;
    return temporary_names::instance().undisturbed([&] { return replace_placeholder(name); });
}

/// An empty file takes the name, if nobody has it, and the content takes the place of that. Only a process that is
/// killed between the two leaves the empty one.
int atomic_file::replace_placeholder(const std::string& name) {
    const storage::descriptor placeholder(guarded("take_name", [&] {
        return ::openat(
            folder_.get(), name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, private_mode);
    }));
    if (!placeholder)
        return -1;
    const int renamed = guarded(
        "rename", [&] { return ::renameat(folder_.get(), temporary_name_.c_str(), folder_.get(), name.c_str()); });
    if (renamed != 0) {
        const int error = errno;
        ::unlinkat(folder_.get(), name.c_str(), 0);
        errno = error;
    }
    return renamed;
}

void atomic_file::publish_new() {
    const auto name = target_.filename();
    int result = 0;
    if (temporary_name_.empty()) {
        result = guarded("link", [&] {
            return ::linkat(
                AT_FDCWD, proc_path(descriptor_.get()).c_str(), folder_.get(), name.c_str(), AT_SYMLINK_FOLLOW);
        });
    } else {
        result = rename_to_new(name);
    }
    if (result != 0)
        throw errno == EEXIST ? exists_already(target_) : cannot_create(target_, errno);
}

void atomic_file::publish_over() {
    if (temporary_name_.empty()) {
        auto name = choose_temporary_name();
        show_as_being_written(descriptor_.get());
        const int linked = temporary_names::instance().make(folder_.get(), name, [&] {
            return guarded("link", [&] {
                return ::linkat(
                    AT_FDCWD, proc_path(descriptor_.get()).c_str(), folder_.get(), name.c_str(), AT_SYMLINK_FOLLOW);
            });
        });
        if (linked != 0)
            throw cannot_create(target_, errno);
        temporary_name_ = std::move(name);
    }
    const int result = guarded("rename",
        [&] { return ::renameat(folder_.get(), temporary_name_.c_str(), folder_.get(), target_.filename().c_str()); });
    if (result != 0)
        throw cannot_create(target_, errno);
    temporary_names::instance().forget(folder_.get(), temporary_name_);
    temporary_name_.clear();
}

void atomic_file::set_attributes(std::uint32_t mode, std::int64_t mtime_ns) {
    complete();
    const auto modified = to_timespec(mtime_ns);
    const timespec times[2] = {modified, modified};
    if (::fchmod(descriptor_.get(), mode) != 0 || ::futimens(descriptor_.get(), times) != 0)
        throw system_failure(errc::io_failed, "Setting mode and time of " + target_.string() + " failed", errno);
}

void atomic_file::sync() {
    complete();
    if (guarded("sync", [&] { return ::fsync(descriptor_.get()); }) != 0)
        throw not_on_disk(target_, errno);
}

void atomic_file::publish() {
    complete();
    if (policy_ != existing_target::refuse && ::faccessat(folder_.get(), target_.filename().c_str(), F_OK, 0) == 0)
        sync();
    appear();
}

void atomic_file::appear() {
    if (policy_ == existing_target::refuse)
        publish_new();
    else
        publish_over();
}

void atomic_file::flush() const {
    if (guarded("flush", [&] { return ::fdatasync(descriptor_.get()); }) != 0)
        throw not_on_disk(target_, errno);
}

void atomic_file::commit() {
    sync();
    appear();
    if (guarded("sync_folder", [&] { return ::fsync(folder_.get()); }) == 0 || not_offered(errno))
        return;
    const int error = errno;
    if (policy_ == existing_target::refuse) // a new name that may not last must not look like success
        ::unlinkat(folder_.get(), target_.filename().c_str(), 0);
    throw system_failure(errc::io_failed, "Writing the folder of " + target_.string() + " to the disk failed", error);
}

void remove_temporary_files() noexcept {
    try {
        temporary_names::instance().remove_all();
    } catch (...) { // a mutex that cannot be locked: nothing more can be done on the way out
    }
}

std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uint64_t limit) {
    return read_whole(file_source(path), limit);
}

std::vector<std::uint8_t> read_whole(const file_source& source, std::uint64_t limit) {
    if (source.size() > limit)
        throw failure(errc::input_unreadable, source.name() + " is larger than the " + std::to_string(limit) +
                                                  " bytes such a file may have; name another file.");
    std::vector<std::uint8_t> bytes(source.size());
    source.read_at(0, bytes);
    return bytes;
}

} // namespace omegasafe::storage
