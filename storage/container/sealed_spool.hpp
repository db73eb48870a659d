// Plain text that is too large for memory, on disk for a while: nobody but this process can read it there.
#pragma once

#include "storage/container/sfc.hpp"
#include "storage/files/temporary_file.hpp"

namespace omegasafe::storage {

/// A temporary file sealed with a random AES-256-GCM key in locked memory. Written once from its beginning to its end,
/// then read at any offset; what was altered meanwhile is noticed.
class sealed_spool final : public byte_source, public byte_sink {
public:
    /// `name` is how sentences call it.
    explicit sealed_spool(std::string name);

    /// Only where the last call ended (failure(internal) else): every segment is sealed once. For one thread.
    void write_at(std::uint64_t offset, const_byte_span data) override;
    /// After the last write, before the first read.
    void finish();

    std::uint64_t size() const override { return size_; }
    void read_at(std::uint64_t offset, byte_span out) const override;
    std::string name() const override { return file_.name(); }

private:
    void seal(bool last);
    void open(std::uint64_t index, byte_span out) const;
    std::size_t length_of(std::uint64_t index) const;

    temporary_file file_;
    segment_codec codec_;
    secure_bytes segment_; // not sealed yet
    std::size_t filled_ = 0;
    std::uint64_t sealed_ = 0; // segments in the file
    std::uint64_t size_ = 0;
    bool finished_ = false;
};

} // namespace omegasafe::storage
