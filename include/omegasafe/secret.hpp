// Memory for secrets: locked where possible, kept out of core dumps, wiped before it is given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <omegasafe/export.hpp>
#include <span>
#include <string_view>

namespace omegasafe {

/// Bytes that somebody else owns, to write and to read.
using byte_span = std::span<std::uint8_t>;
/// Bytes that somebody else owns, to read only.
using const_byte_span = std::span<const std::uint8_t>;

/// An owned, fixed-size block for secrets. Move-only; pages are locked (best effort: RLIMIT_MEMLOCK may forbid it),
/// excluded from core dumps, zero at first and wiped on destruction. Small blocks share pages.
class OMEGASAFE_API secure_bytes {
public:
    secure_bytes() = default;
    /// Zeroes. std::bad_alloc when there is no memory.
    explicit secure_bytes(std::size_t size);
    /// A copy; the caller still wipes the original.
    explicit secure_bytes(const_byte_span copy_of);
    /// A copy of a text, without a 0 at its end.
    explicit secure_bytes(std::string_view copy_of)
        : secure_bytes(const_byte_span{reinterpret_cast<const std::uint8_t*>(copy_of.data()), copy_of.size()}) {}
    /// `other` is empty afterwards.
    secure_bytes(secure_bytes&& other) noexcept;
    /// What it held is wiped.
    secure_bytes& operator=(secure_bytes&& other) noexcept;
    secure_bytes(const secure_bytes&) = delete;
    secure_bytes& operator=(const secure_bytes&) = delete;
    ~secure_bytes();

    /// Drops the first `count` bytes (at most size()): the rest moves to the front, what it leaves is wiped. The block
    /// keeps its memory; for taking over what follows a head without a second block.
    void drop_front(std::size_t count) noexcept;

    /// Null when empty.
    std::uint8_t* data() { return data_; }
    /// Null when empty.
    const std::uint8_t* data() const { return data_; }
    /// Bytes.
    std::size_t size() const { return size_; }
    /// Without bytes.
    bool empty() const { return size_ == 0; }
    /// All bytes; the view dies with the block.
    byte_span span() { return {data_, size_}; }
    /// All bytes; the view dies with the block.
    const_byte_span span() const { return {data_, size_}; }
    /// As span().
    operator const_byte_span() const { return span(); }
    /// The bytes as text, for passwords. The view dies with the block.
    std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t allocated_ = 0; // bytes of the block, size_ unless its front was dropped
};

/// A secret that several parts of the program hold; null: none.
using secret_ptr = std::shared_ptr<const secure_bytes>;

/// The text in locked memory. The caller still wipes its own copy.
inline secret_ptr make_secret(std::string_view text) {
    return std::make_shared<const secure_bytes>(text);
}

} // namespace omegasafe
