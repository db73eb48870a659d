#include "storage/files/write_fully.hpp"

#include "storage/files/fail_points.hpp"
#include "storage/files/system_error.hpp"
#include <unistd.h>

namespace omegasafe::storage {

void write_fully(int file, std::uint64_t offset, crypto::const_byte_span data, const std::filesystem::path& path,
    const char* fail_point) {
    while (!data.empty()) {
        const auto written =
            guarded(fail_point, [&] { return ::pwrite(file, data.data(), data.size(), static_cast<off_t>(offset)); });
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            throw system_failure(errc::io_failed, "Writing " + path.string() + " failed", written < 0 ? errno : ENOSPC);
        offset += static_cast<std::uint64_t>(written);
        data = data.subspan(static_cast<std::size_t>(written));
    }
}

void read_fully(int file, std::uint64_t offset, crypto::byte_span out, const std::string& name) {
    while (!out.empty()) {
        const auto got = ::pread(file, out.data(), out.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw system_failure(errc::io_failed, "Reading " + name + " failed", errno);
        if (got == 0)
            throw failure(errc::io_failed, name + " became shorter while it was read; try again.");
        offset += static_cast<std::uint64_t>(got);
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

} // namespace omegasafe::storage
