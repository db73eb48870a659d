#include "storage/files/random_access.hpp"

#include "storage/files/file_status.hpp"
#include "storage/files/system_error.hpp"
#include "storage/files/write_fully.hpp"
#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

namespace omegasafe::storage {

namespace {

/// Bytes that copy_from holds at a time.
constexpr std::size_t copy_piece_bytes = 1024 * 1024;

} // namespace

void byte_sink::copy_from(
    const byte_source& source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t offset) {
    std::vector<std::uint8_t> piece(std::min<std::uint64_t>(length, copy_piece_bytes));
    for (std::uint64_t done = 0; done < length;) {
        const auto part = byte_span(piece).first(std::min<std::uint64_t>(length - done, piece.size()));
        source.read_at(source_offset + done, part);
        write_at(offset + done, part);
        done += part.size();
    }
}

file_source::file_source(std::filesystem::path path) : path_(std::move(path)) {
    // O_NONBLOCK: opening a FIFO must not wait for a writer; regular files do not care.
    descriptor_ = storage::descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!descriptor_)
        throw system_failure(errc::input_unreadable, "Cannot open " + name() + " for reading", errno);
    look();
}

file_source::file_source(storage::descriptor opened, std::filesystem::path path)
    : path_(std::move(path)), descriptor_(std::move(opened)) {
    look();
}

void file_source::look() {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0)
        throw system_failure(errc::input_unreadable, "Cannot read the size of " + name(), errno);
    if (!S_ISREG(status.st_mode))
        throw failure(errc::input_unreadable, name() + " is not a regular file; name a file.");
    const auto attributes = attributes_of(status);
    size_ = attributes.size;
    mtime_ns_ = attributes.mtime_ns;
}

bool file_source::unchanged() const {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0)
        return false;
    const auto now = attributes_of(status);
    std::uint8_t more = 0;
    return now.size == size_ && now.mtime_ns == mtime_ns_ &&
           ::pread(descriptor_.get(), &more, 1, static_cast<off_t>(size_)) == 0;
}

void file_source::read_at(std::uint64_t offset, byte_span out) const {
    read_fully(descriptor_.get(), offset, out, name());
}

void memory_source::read_at(std::uint64_t offset, byte_span out) const {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset)
        throw failure(errc::io_failed, name_ + " ends before the bytes that were asked for.");
    std::copy_n(bytes_.data() + offset, out.size(), out.data());
}

void memory_sink::write_at(std::uint64_t offset, const_byte_span data) {
    const std::lock_guard lock(growing_);
    if (bytes_.size() < offset + data.size())
        bytes_.resize(offset + data.size());
    std::copy(data.begin(), data.end(), bytes_.data() + offset);
}

} // namespace omegasafe::storage
