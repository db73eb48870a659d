#include "storage/files/temporary_file.hpp"

#include "storage/files/fail_points.hpp"
#include "storage/files/system_error.hpp"
#include "storage/files/write_fully.hpp"
#include <cstdlib>
#include <fcntl.h>

namespace omegasafe::storage {

namespace {

std::filesystem::path temporary_folder() {
    const char* wanted = std::getenv("TMPDIR");
    return wanted == nullptr || *wanted == '\0' ? "/tmp" : wanted;
}

descriptor create_unnamed(const std::filesystem::path& folder) {
    descriptor file(guarded("create_temporary",
        [&] { return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, S_IRUSR | S_IWUSR); }));
    if (file || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return file;
    auto named = (folder / ".omegasafe-XXXXXX").string();
    file = descriptor(::mkostemp(named.data(), O_CLOEXEC));
    if (file)
        ::unlink(named.c_str());
    return file;
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
