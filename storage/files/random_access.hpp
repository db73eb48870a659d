// Random access to bytes, in a file or in memory: what containers are read from and written to.
#pragma once

#include "crypto/secure_memory.hpp"
#include "storage/files/descriptor.hpp"
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace omegasafe::storage {

using crypto::byte_span;
using crypto::const_byte_span;

/// Something of a fixed size that can be read at any offset. Thread-safe.
class byte_source {
public:
    virtual ~byte_source() = default;
    virtual std::uint64_t size() const = 0;
    /// Reads exactly out.size() bytes at `offset`; throws failure(io_failed) on a read error or a short read.
    virtual void read_at(std::uint64_t offset, byte_span out) const = 0;
    /// How error sentences name it: a path, or what the bytes are.
    virtual std::string name() const = 0;
};

/// Something that can be written at any offset. Thread-safe for ranges that do not overlap, unless it says otherwise.
class byte_sink {
public:
    virtual ~byte_sink() = default;
    virtual void write_at(std::uint64_t offset, const_byte_span data) = 0;
    /// Writes `length` bytes of `source` from `source_offset` on to `offset`, in bounded pieces.
    virtual void copy_from(
        const byte_source& source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t offset);
};

/// A regular file opened for reading. Throws failure(input_unreadable) when missing, a directory or not readable.
class file_source final : public byte_source {
public:
    explicit file_source(std::filesystem::path path);
    /// A file that is open for reading; `path` is how sentences call it.
    file_source(storage::descriptor opened, std::filesystem::path path);
    std::uint64_t size() const override { return size_; }
    void read_at(std::uint64_t offset, byte_span out) const override;
    std::string name() const override { return path_.string(); }
    int descriptor() const { return descriptor_.get(); }
    /// Modification time when it was opened.
    std::int64_t mtime_ns() const { return mtime_ns_; }
    /// Whether size and modification time are still those of its opening, and it ends where its size says: files of
    /// the kernel's own report 0 and have more. Another file that took its name does not count.
    bool unchanged() const;

private:
    void look();

    std::filesystem::path path_;
    storage::descriptor descriptor_;
    std::uint64_t size_ = 0;
    std::int64_t mtime_ns_ = 0;
};

/// Bytes in memory, owned.
class memory_source final : public byte_source {
public:
    memory_source(std::vector<std::uint8_t> bytes, std::string name)
        : bytes_(std::move(bytes)), name_(std::move(name)) {}
    std::uint64_t size() const override { return bytes_.size(); }
    void read_at(std::uint64_t offset, byte_span out) const override;
    std::string name() const override { return name_; }

private:
    std::vector<std::uint8_t> bytes_;
    std::string name_;
};

/// Bytes in memory that grow with what is written.
class memory_sink final : public byte_sink {
public:
    void write_at(std::uint64_t offset, const_byte_span data) override;
    std::vector<std::uint8_t> take() { return std::move(bytes_); }

private:
    std::mutex growing_;
    std::vector<std::uint8_t> bytes_;
};

} // namespace omegasafe::storage
