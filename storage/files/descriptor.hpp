// Owner of one POSIX file descriptor.
#pragma once

#include <unistd.h>
#include <utility>

namespace omegasafe::storage {

class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int owned) : value_(owned) {}
    descriptor(descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~descriptor() {
        if (value_ >= 0)
            ::close(value_);
    }
    int get() const { return value_; }
    /// Gives it away.
    int release() { return std::exchange(value_, -1); }
    explicit operator bool() const { return value_ >= 0; }

private:
    int value_ = -1;
};

} // namespace omegasafe::storage
