#include "engine/stream_ends.hpp"

#include "messages/limits.hpp"

namespace omegasafe::engine {

void call_progress::at(const progress& now) {
    if (watching_.stop().stop_requested())
        throw failure(errc::aborted, "It was stopped.");
    const auto time = std::chrono::steady_clock::now();
    if (!watching_.listener() || time < next_report_)
        return;
    next_report_ = time + limits::progress_interval;
    caf::anon_send(watching_.listener(), now);
}

void read_all(const stream_input& input, call_progress& progress,
    const std::function<void(std::uint64_t offset, const_byte_span piece)>& use) {
    secure_bytes room(limits::chunk_bytes);
    for (std::uint64_t offset = 0;;) {
        progress.at({offset, 0});
        std::size_t size = 0;
        try {
            size = input(room.span());
        } catch (...) { // its way to say stop
            throw failure(errc::aborted, "The input callback stopped the call.");
        }
        if (size > room.size())
            throw failure(errc::usage, "The input callback says that it gave more bytes than there was room for.");
        if (size == 0)
            return;
        use(offset, room.span().first(size));
        offset += size;
    }
}

void ordered_sink::write_at(std::uint64_t offset, const_byte_span data) {
    if (offset != written_)
        throw failure(errc::internal, "The output of a stream was written out of order; report this.");
    written_ += data.size();
    if (data.empty())
        return;
    try {
        output_(data);
    } catch (...) { // its way to say stop
        throw failure(errc::aborted, "The output callback stopped the call.");
    }
}

} // namespace omegasafe::engine
