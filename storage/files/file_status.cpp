#include "storage/files/file_status.hpp"

#include <algorithm>

namespace omegasafe::storage {

namespace {

constexpr std::int64_t second = 1'000'000'000;

/// 64 bits of nanoseconds end in the years 1677 and 2262; times beyond are kept as the nearest of these.
constexpr std::int64_t furthest = INT64_MAX / second - 1;

} // namespace

file_attributes attributes_of(const struct stat& status) {
    const auto seconds = std::clamp<std::int64_t>(status.st_mtim.tv_sec, -furthest, furthest);
    return {S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0,
        static_cast<std::uint32_t>(status.st_mode & 0777), seconds * second + status.st_mtim.tv_nsec};
}

timespec to_timespec(std::int64_t nanoseconds) {
    auto seconds = nanoseconds / second;
    auto rest = nanoseconds % second;
    if (rest < 0) { // before 1970 the part of a second still counts upwards
        rest += second;
        --seconds;
    }
    timespec time{};
    time.tv_sec = seconds;
    time.tv_nsec = rest;
    return time;
}

} // namespace omegasafe::storage
