#include "tests/support/tree.hpp"

#include "tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>

namespace omegasafe::test {

namespace fs = std::filesystem;

std::map<std::string, std::string> tree_contents(const fs::path& root) {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        struct stat status {};
        if (::lstat(entry.path().c_str(), &status) != 0)
            throw std::runtime_error("cannot look at " + entry.path().string());
        if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
            continue;
        const auto attributes = std::to_string(status.st_mode) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
                                std::to_string(status.st_mtim.tv_nsec);
        found[entry.path().lexically_relative(root).string()] =
            attributes + (S_ISREG(status.st_mode) ? " " + read_text(entry.path()) : "");
    }
    return found;
}

void set_attributes(const fs::path& path, unsigned mode, long long mtime_ns) {
    timespec time{};
    time.tv_sec = mtime_ns / 1'000'000'000;
    time.tv_nsec = mtime_ns % 1'000'000'000;
    const timespec times[2] = {time, time};
    if (::chmod(path.c_str(), mode) != 0 || ::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0)
        throw std::runtime_error("cannot set mode and time of " + path.string());
}

} // namespace omegasafe::test
