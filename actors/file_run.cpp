#include "actors/file_run.hpp"

#include <algorithm>

namespace omegasafe::actors {

void fit(chunk& buffer, std::size_t plain_size) {
    buffer.plain_size = plain_size;
    buffer.stored_size = static_cast<std::size_t>(storage::segment_codec::stored_length(plain_size));
    buffer.plain.resize(std::max(buffer.plain.size(), buffer.plain_size));
    buffer.stored.resize(std::max(buffer.stored.size(), buffer.stored_size));
}

} // namespace omegasafe::actors
