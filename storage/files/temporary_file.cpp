#include "storage/files/temporary_file.hpp"

#include "storage/files/fail_points.hpp"
#include "storage/files/system_error.hpp"
#include "storage/files/temporary_names.hpp"
#include "storage/files/write_fully.hpp"
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace omegasafe::storage {

namespace {

std::filesystem::path temporary_folder() {
    const char* wanted = std::getenv("TMPDIR");
    return wanted == nullptr || *wanted == '\0' ? "/tmp" : wanted;
}

/// Where unnamed files cannot be made: the name goes at once, and with the program if it is ended in between.
descriptor create_and_unlink(const std::filesystem::path& folder) {
    const descriptor where(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!where)
        return {};
    const auto name = random_temporary_name();
    descriptor file(temporary_names::instance().make(where.get(), name, [&] {
        return ::openat(
            where.get(), name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    }));
    if (file) {
        ::unlinkat(where.get(), name.c_str(), 0);
        temporary_names::instance().forget(where.get(), name);
    }
    return file;
}

descriptor create_unnamed(const std::filesystem::path& folder) {
    descriptor file(guarded("create_temporary",
        [&] { return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, S_IRUSR | S_IWUSR); }));
    if (file || (errno != EISDIR && !not_offered(errno)))
        return file;
    return create_and_unlink(folder);
}

} // namespace

temporary_file::temporary_file(std::string name)
    : name_(std::move(name)), folder_(temporary_folder()), descriptor_(create_unnamed(folder_)) {
    if (!descriptor_)
        throw system_failure(errc::io_failed,
            "Cannot make a temporary file in " + folder_.string() + "; set TMPDIR to a folder with room", errno);
}

void temporary_file::read_at(std::uint64_t offset, byte_span out) const {
    read_fully(descriptor_.get(), offset, out, name_);
}

void temporary_file::write_at(std::uint64_t offset, const_byte_span data) {
    write_fully(descriptor_.get(), offset, data, folder_ / ("(" + name_ + ")"), "write_temporary");
    const auto end = offset + data.size();
    auto before = size_.load();
    while (before < end && !size_.compare_exchange_weak(before, end)) {
    }
}

} // namespace omegasafe::storage
