#include "actors/file_run.hpp"

#include "messages/limits.hpp"
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

} // namespace omegasafe::actors
