// Where tests make system calls fail, or end the process, at a chosen place. Nothing outside the tests sets the hook.
#pragma once

#include <atomic>
#include <cerrno>

namespace omegasafe::storage {

/// Asked before each system call that locks or changes a file; `name` says which. Returns the errno to fail with, 0 to
/// go on, or does not return (a simulated crash).
using fail_point_hook = int (*)(const char* name);
inline std::atomic<fail_point_hook> fail_point_hook_in_use{nullptr};

/// One load when no hook is set.
inline int fail_point(const char* name) {
    const auto hook = fail_point_hook_in_use.load(std::memory_order_relaxed);
    return hook == nullptr ? 0 : hook(name);
}

/// -1 with errno set when a test wants the call to fail, else what the call returns.
template <typename Call>
auto guarded(const char* name, Call call) -> decltype(call()) {
    if (const int injected = fail_point(name); injected != 0) {
        errno = injected;
        return -1;
    }
    return call();
}

} // namespace omegasafe::storage
