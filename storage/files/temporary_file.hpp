// A file without a name for what is too large for memory: gone with its owner, whatever ends it.
#pragma once

#include "storage/files/random_access.hpp"
#include <atomic>

namespace omegasafe::storage {

/// In $TMPDIR, else /tmp; read and written at any offset by any thread. What is written is as readable as that folder:
/// for cipher text only.
class temporary_file final : public byte_source, public byte_sink {
public:
    /// `name` is how sentences call it. Throws failure(io_failed) when the folder cannot be written to.
    explicit temporary_file(std::string name);
    /// Behind the last byte that was written.
    std::uint64_t size() const override { return size_; }
    void read_at(std::uint64_t offset, byte_span out) const override;
    std::string name() const override { return name_; }
    void write_at(std::uint64_t offset, const_byte_span data) override;

private:
    std::string name_;
    std::filesystem::path folder_;
    storage::descriptor descriptor_;
    std::atomic<std::uint64_t> size_{0};
};

} // namespace omegasafe::storage
