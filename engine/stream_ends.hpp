// Both ends of a stream: the program's callbacks, which may say anything and throw anything, and what watches the call.
#pragma once

#include "engine/watching.hpp"
#include "storage/files/random_access.hpp"
#include <omegasafe/streams.hpp>

namespace omegasafe::engine {

/// How far one call is. For its thread.
class call_progress {
public:
    explicit call_progress(const watching& watching) : watching_(watching) {}
    /// Says it to the listener, as often as it may be said. failure(aborted) when the call was stopped.
    void at(const progress& now);

private:
    const watching& watching_;
    std::chrono::steady_clock::time_point next_report_{};
};

/// Reads the input to its end; `use` gets its pieces, at most limits::chunk_bytes long, and where they begin.
/// failure(aborted) when the callback throws or the call was stopped, failure(usage) when it gives more than fits.
void read_all(const stream_input& input, call_progress& progress,
    const std::function<void(std::uint64_t offset, const_byte_span piece)>& use);

/// Hands bytes to the output in the order in which they are written, which must be their own. failure(aborted) when the
/// callback throws, failure(internal) out of order.
class ordered_sink final : public storage::byte_sink {
public:
    explicit ordered_sink(const stream_output& output) : output_(output) {}
    void write_at(std::uint64_t offset, const_byte_span data) override;

private:
    const stream_output& output_;
    std::uint64_t written_ = 0;
};

} // namespace omegasafe::engine
