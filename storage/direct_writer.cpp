#include "storage/direct_writer.hpp"

#include "storage/fail_points.hpp"
#include <algorithm>
#include <fcntl.h>

namespace omegasafe::storage {

namespace {

/// Offsets, sizes and addresses are multiples of it: the block size of file systems; a disk's own is not larger.
constexpr std::size_t alignment = 4096;
static_assert(direct_writer::block_bytes % alignment == 0);

} // namespace

std::unique_ptr<direct_writer> direct_writer::open(int file, std::filesystem::path path) {
    // Opened anew: the flag belongs to the open file, and ragged ends are written through the other one.
    const auto name = "/proc/self/fd/" + std::to_string(file);
    storage::descriptor direct(
        guarded("open_direct", [&] { return ::open(name.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC); }));
    if (!direct)
        return nullptr;
    return std::unique_ptr<direct_writer>(new direct_writer(file, std::move(path), std::move(direct)));
}

void direct_writer::write_usual(std::uint64_t offset, crypto::const_byte_span data) {
    write_fully(file_, offset, data, path_, "write");
}

/// The front of the block: `size` is a multiple of the alignment.
void direct_writer::write_block(std::size_t size) {
    const auto offset = next_ - gathered_;
    if (direct_) {
        const auto written = guarded(
            "write_direct", [&] { return ::pwrite(direct_.get(), block_.data(), size, static_cast<off_t>(offset)); });
        if (written == static_cast<ssize_t>(size))
            return;
        direct_ = {}; // a larger alignment is wanted, or it is an error that the usual way meets too
    }
    write_usual(offset, block_.span().first(size));
}

void direct_writer::write_at(std::uint64_t offset, crypto::const_byte_span data) {
    if (offset != next_) {
        complete();
        next_ = offset;
    }
    while (!data.empty()) {
        if (const auto ragged = next_ % alignment; gathered_ == 0 && ragged != 0) {
            const auto head = data.first(std::min(data.size(), static_cast<std::size_t>(alignment - ragged)));
            write_usual(next_, head);
            next_ += head.size();
            data = data.subspan(head.size());
            continue;
        }
        const auto part = data.first(std::min(data.size(), block_bytes - gathered_));
        std::copy(part.begin(), part.end(), block_.data() + gathered_);
        gathered_ += part.size();
        next_ += part.size();
        data = data.subspan(part.size());
        if (gathered_ == block_bytes) {
            write_block(block_bytes);
            gathered_ = 0;
        }
    }
}

void direct_writer::complete() {
    const auto whole = gathered_ / alignment * alignment;
    if (whole > 0)
        write_block(whole);
    write_usual(next_ - gathered_ + whole, block_.span().subspan(whole, gathered_ - whole));
    gathered_ = 0;
}

} // namespace omegasafe::storage
