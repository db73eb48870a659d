#include "storage/files/file_status.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

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

std::string proc_path(int file) {
    return "/proc/self/fd/" + std::to_string(file);
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

bool is_there(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0)
        return true;
    if (errno == ENOENT || errno == ENOTDIR)
        return false;
    throw cannot_look_at(path, errno);
}

failure cannot_look_at(const std::filesystem::path& path, int error) {
    const std::string way_out = error == EACCES
                                    ? "use the account that it belongs to, or have that one give you the right."
                                    : "check the path.";
    return {errc::input_unreadable, "Cannot look at " + path.string() + ": " + std::strerror(error) + "; " + way_out};
}

bool same_time(std::int64_t found, std::int64_t wanted) {
    // Unsigned: times centuries apart are further than any step.
    const auto cut = static_cast<std::uint64_t>(wanted) - static_cast<std::uint64_t>(found);
    constexpr std::int64_t steps[] = {1, 100, 1'000, 1'000'000, 10'000'000, second, 2 * second};
    return std::ranges::any_of(
        steps, [&](std::int64_t step) { return found % step == 0 && cut < static_cast<std::uint64_t>(step); });
}

} // namespace omegasafe::storage
