// Writes a large file past the page cache, which it would only fill and wait for (docs/performance.md).
#pragma once

#include "storage/files/descriptor.hpp"
#include "storage/files/write_fully.hpp"
#include <memory>

namespace omegasafe::storage {

/// Gathers bytes that follow each other into aligned blocks and writes those with O_DIRECT. Many bytes that lie in
/// pages as they do in the file are written from where they are. Ragged ends, and everything once a block is refused,
/// go the usual way. What is gathered is in locked memory and wiped. For one thread at a time.
class direct_writer {
public:
    /// Bytes of a block: disks reach their speed, and it is still in the second-level cache when it was gathered.
    static constexpr std::size_t block_bytes = 1024 * 1024;

    /// `file` is open for writing and stays so; null where the file system is not a local one or has no O_DIRECT.
    static std::unique_ptr<direct_writer> open(int file, std::filesystem::path path);

    /// Bytes at any offset, later ones over earlier ones. Throws failure(io_failed), perhaps for bytes of an earlier
    /// call.
    void write_at(std::uint64_t offset, crypto::const_byte_span data);
    /// Writes what is gathered; without it those bytes are lost.
    void complete();

private:
    direct_writer(int file, std::filesystem::path path, storage::descriptor direct)
        : file_(file), path_(std::move(path)), direct_(std::move(direct)), block_(block_bytes) {}
    void write_usual(std::uint64_t offset, crypto::const_byte_span data);
    void write_pages(std::size_t gathered, crypto::const_byte_span behind);
    std::size_t write_in_place(crypto::const_byte_span data);

    int file_;
    std::filesystem::path path_;
    storage::descriptor direct_; // empty once a block was refused
    crypto::secure_bytes block_; // page-aligned, as blocks of its size are
    std::size_t gathered_ = 0;   // bytes in block_
    std::uint64_t next_ = 0;     // offset behind them
};

} // namespace omegasafe::storage
