#include "actors/file_run.hpp"

#include "messages/limits.hpp"
#include "messages/log.hpp"
#include <algorithm>

namespace omegasafe::actors {

void fit(chunk& buffer, std::size_t plain_size) {
    buffer.plain_size = plain_size;
    buffer.stored_size = static_cast<std::size_t>(storage::segment_codec::stored_length(plain_size));
    buffer.plain.resize(std::max(buffer.plain.size(), buffer.plain_size));
    buffer.stored.resize(std::max(buffer.stored.size(), buffer.stored_size));
}

std::uint64_t place(chunk& buffer, std::uint64_t first_segment, std::uint64_t segments, std::uint64_t length,
    std::uint64_t position_in_delta) {
    const auto count = storage::segment_codec::segment_count(length);
    const auto end = first_segment + std::min(segments, count - first_segment);
    const auto offset = first_segment * limits::segment_bytes;
    buffer.first_segment = first_segment;
    buffer.ends_entry = end == count;
    buffer.position_in_delta = position_in_delta + offset;
    fit(buffer, static_cast<std::size_t>(std::min(end * limits::segment_bytes, length) - offset));
    return end;
}

file_protection protection_with(const password_ptr& layer) {
    return {layer != nullptr, true, storage::file_metadata_version};
}

file_protection protection_of(const storage::encrypted_file_info& file, const key_access& key) {
    return {
        file.has_layer(), true, storage::file_metadata_version, !file.has_layer() && key.layer().password != nullptr};
}

void warn_if_layer_missing(const file_protection& found, const std::string& name) {
    if (found.layer_missing)
        log::warn("{} is genuine but without the AES-256-GCM layer, which its key has here: it was encrypted without a "
                  "layer password; encrypt it again to seal it.",
            name);
}

} // namespace omegasafe::actors
