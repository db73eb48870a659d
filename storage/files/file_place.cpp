#include "storage/files/file_place.hpp"

#include "crypto/derived_uuid.hpp"
#include "storage/files/file_system.hpp"
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>

namespace omegasafe::storage {

namespace {

/// The application's part of the derivation: the same machine has another id for every program that asks like this.
constexpr crypto::uuid omegasafe_application{
    0x5b, 0x0e, 0x8f, 0x41, 0x6a, 0xc7, 0x4d, 0x92, 0xb3, 0x17, 0x2e, 0x94, 0xd8, 0x60, 0xfa, 0x3c};

std::uint64_t nanoseconds(const struct statx_timestamp& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

} // namespace

const std::optional<crypto::uuid>& this_machine() {
    static const auto machine = [] {
        const auto usual = machine_in("/etc/machine-id");
        return usual ? usual : machine_in("/var/lib/dbus/machine-id");
    }();
    return machine;
}

std::optional<crypto::uuid> machine_in(const std::filesystem::path& file) {
    std::string line;
    std::getline(std::ifstream{file}, line);
    if (line.size() != 32)
        return std::nullopt;
    for (const std::size_t hyphen : {8, 13, 18, 23})
        line.insert(hyphen, "-");
    const auto id = crypto::parse_uuid(line);
    if (!id || id->is_nil())
        return std::nullopt;
    return crypto::uuid_of(crypto::hmac_sha256(*id, omegasafe_application));
}

file_place place_of(int opened) {
    file_place place{.machine = this_machine()};
    struct statx status {};
    if (keeps_inode_numbers(opened) && ::statx(opened, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) == 0) {
        place.inode = status.stx_ino;
        if ((status.stx_mask & STATX_BTIME) != 0)
            place.born_ns = nanoseconds(status.stx_btime);
    }
    return place;
}

bool same_place(const file_place& noted, const file_place& seen) {
    const bool other_machine = noted.machine && seen.machine && noted.machine != seen.machine;
    const bool other_birth = noted.born_ns != 0 && seen.born_ns != 0 && noted.born_ns != seen.born_ns;
    return !other_machine && noted.inode == seen.inode && !other_birth;
}

} // namespace omegasafe::storage
