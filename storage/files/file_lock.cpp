#include "storage/files/file_lock.hpp"

#include "crypto/random.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/system_error.hpp"
#include <algorithm>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>

namespace omegasafe::storage {

namespace {

using namespace std::chrono_literals;

/// Pauses between attempts grow to this: short against bookkeeping times, long against the cost of an attempt.
constexpr std::chrono::microseconds longest_lock_pause = 20ms;

/// Network file systems lock exclusively only through a writable descriptor; folders open read-only alone.
descriptor open_for_locking(const std::filesystem::path& path) {
    int opened = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0 && errno != ENOENT)
        opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened >= 0)
        return descriptor(opened);
    if (errno == ENOENT || errno == ENOTDIR)
        throw failure(errc::config_missing, path.string() + " does not exist; create it with 'omegasafe init'.");
    throw system_failure(errc::input_unreadable, "Cannot open " + path.string() + " to lock it", errno);
}

/// False when the name now belongs to another file than the one we opened.
bool still_named(const descriptor& opened, const std::filesystem::path& path) {
    struct stat ours {};
    struct stat named {};
    return ::fstat(opened.get(), &ours) == 0 && ::stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

/// True when locked, false when someone else holds the lock.
bool try_lock(const descriptor& opened, const std::filesystem::path& path) {
    if (const int injected = fail_point("lock"); injected != 0)
        throw system_failure(errc::io_failed, "Cannot lock " + path.string(), injected);
    while (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return false;
        if (errno != EINTR)
            throw system_failure(errc::io_failed, "Cannot lock " + path.string(), errno);
    }
    return true;
}

} // namespace

file_lock::file_lock(const std::filesystem::path& path, std::chrono::milliseconds wait) {
    const auto deadline = std::chrono::steady_clock::now() + wait;
    auto pause = std::chrono::microseconds(200);
    while (true) {
        auto opened = open_for_locking(path);
        const bool locked = try_lock(opened, path);
        if (locked && still_named(opened, path)) {
            locked_ = std::move(opened);
            return;
        }
        if (std::chrono::steady_clock::now() >= deadline)
            throw failure(errc::lock_timeout,
                path.string() + " is in use by another omegasafe process; wait for it to end and try again.");
        if (locked) // replaced meanwhile: the new file may be free at once
            continue;
        // Jitter keeps processes that started together from asking together for ever.
        std::this_thread::sleep_for(
            pause / 2 + std::chrono::microseconds(crypto::random_below(static_cast<std::uint64_t>(pause.count()))));
        pause = std::min(pause * 2, longest_lock_pause);
    }
}

} // namespace omegasafe::storage
