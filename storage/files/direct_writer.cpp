#include "storage/files/direct_writer.hpp"

#include "storage/files/fail_points.hpp"
#include "storage/files/file_status.hpp"
#include "storage/files/file_system.hpp"
#include <algorithm>
#include <array>
#include <fcntl.h>
#include <sys/uio.h>

namespace omegasafe::storage {

namespace {

/// Offsets, sizes and addresses are multiples of it: the block size of file systems; a disk's own is not larger.
constexpr std::size_t alignment = 4096;
static_assert(direct_writer::block_bytes % alignment == 0);

/// Bytes that are worth a write of their own.
constexpr std::size_t least_in_place = 256 * 1024;

} // namespace

std::unique_ptr<direct_writer> direct_writer::open(int file, std::filesystem::path path) {
    // Over a network each block would wait for its answer, where the cache has many on their way.
    if (!on_local_file_system(file))
        return nullptr;
    // Opened anew: the flag belongs to the open file, and ragged ends are written through the other one.
    const auto name = proc_path(file);
    storage::descriptor direct(
        guarded("open_direct", [&] { return ::open(name.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC); }));
    if (!direct)
        return nullptr;
    return std::unique_ptr<direct_writer>(new direct_writer(file, std::move(path), std::move(direct)));
}

void direct_writer::write_usual(std::uint64_t offset, crypto::const_byte_span data) {
    write_fully(file_, offset, data, path_, "write");
}

/// The front of the block and what follows it in the file; sizes and the address of `behind` are multiples of the
/// alignment.
void direct_writer::write_pages(std::size_t gathered, crypto::const_byte_span behind) {
    const auto offset = next_ - gathered_;
    if (direct_) {
        const std::array<iovec, 2> parts{
            {{block_.data(), gathered}, {const_cast<std::uint8_t*>(behind.data()), behind.size()}}};
        ssize_t written = 0;
        do
            written = guarded("write_direct",
                [&] { return ::pwritev(direct_.get(), parts.data(), parts.size(), static_cast<off_t>(offset)); });
        while (written < 0 && errno == EINTR);
        if (written == static_cast<ssize_t>(gathered + behind.size()))
            return;
        if (written < 0)
            direct_ = {}; // a larger alignment is wanted, or it is an error that the usual way meets too
    }
    write_usual(offset, block_.span().first(gathered));
    write_usual(offset + gathered, behind);
}

/// Writes what is gathered, its last page filled from `data`, and the whole pages that follow in `data`. Returns how
/// much of `data` that was: nothing when it is little or lies otherwise.
std::size_t direct_writer::write_in_place(crypto::const_byte_span data) {
    const auto to_fill = (alignment - gathered_ % alignment) % alignment;
    if (data.size() < to_fill + least_in_place ||
        reinterpret_cast<std::uintptr_t>(data.data() + to_fill) % alignment != 0)
        return 0;
    std::copy_n(data.begin(), to_fill, block_.data() + gathered_);
    const auto behind = data.subspan(to_fill, (data.size() - to_fill) / alignment * alignment);
    write_pages(gathered_ + to_fill, behind);
    next_ += to_fill + behind.size();
    gathered_ = 0;
    return to_fill + behind.size();
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
        if (const auto written = write_in_place(data); written > 0) {
            data = data.subspan(written);
            continue;
        }
        const auto part = data.first(std::min(data.size(), block_bytes - gathered_));
        std::copy(part.begin(), part.end(), block_.data() + gathered_);
        gathered_ += part.size();
        next_ += part.size();
        data = data.subspan(part.size());
        if (gathered_ == block_bytes) {
            write_pages(block_bytes, {});
            gathered_ = 0;
        }
    }
}

void direct_writer::complete() {
    const auto whole = gathered_ / alignment * alignment;
    if (whole > 0)
        write_pages(whole, {});
    write_usual(next_ - gathered_ + whole, block_.span().subspan(whole, gathered_ - whole));
    gathered_ = 0;
}

} // namespace omegasafe::storage
