#include "storage/records/pending_delta.hpp"

#include "messages/limits.hpp"
#include "storage/files/atomic_file.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace {

constexpr std::string_view pending_prefix = "pending_delta_", pending_suffix = ".sfc";

} // namespace

std::filesystem::path pending_delta_path(const std::filesystem::path& keys_path, const crypto::uuid& key_uuid) {
    const auto name = std::string{pending_prefix} + crypto::to_string(key_uuid) + std::string{pending_suffix};
    return keys_path.parent_path() / name;
}

bool is_pending_delta(const std::filesystem::path& path) {
    const auto name = path.filename().string();
    return name.starts_with(pending_prefix) && name.ends_with(pending_suffix) &&
           crypto::parse_uuid(std::string_view{name}.substr(
               pending_prefix.size(), name.size() - pending_prefix.size() - pending_suffix.size()));
}

void keep_pending_delta(const std::filesystem::path& path, crypto::const_byte_span container) {
    discard_pending_delta(path); // a new name is one step, so that a process that is killed leaves nothing else
    atomic_file file(path, existing_target::refuse);
    file.write_at(0, container);
    file.commit();
}

std::optional<std::vector<std::uint8_t>> read_pending_delta(const std::filesystem::path& path) {
    try {
        return read_file(path, limits::delta_container_bytes);
    } catch (const failure&) {
        return std::nullopt;
    }
}

void discard_pending_delta(const std::filesystem::path& path) noexcept {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
}

} // namespace omegasafe::storage
