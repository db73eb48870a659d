#include "actors/file_streams.hpp"

#include "actors/runtime.hpp"
#include "messages/limits.hpp"
#include <optional>
#include <utility>

namespace omegasafe::actors {

file_reader_actor::behavior_type file_reader_behavior(
    file_reader_actor::pointer self, std::shared_ptr<file_input> input) {
    self->set_exception_handler(crash_error);
    return {
        handle([input](const read_chunk& next) {
            input->read(*next.data);
            return next.data;
        }),
    };
}

namespace {

/// Holds the output only while it flushes, so that the writer's `reset` is the end of it. After a failure every further
/// flush fails: the kernel tells of a lost write only once.
file_flusher_actor::behavior_type flusher_behavior(
    file_flusher_actor::pointer self, const std::weak_ptr<file_output>& output) {
    self->set_exception_handler(crash_error);
    const auto lost = std::make_shared<std::optional<failure>>();
    return {
        handle([output, lost](flush_output) {
            if (*lost)
                throw failure(**lost);
            try {
                if (const auto open = output.lock())
                    open->flush();
            } catch (const failure& problem) {
                *lost = problem;
                throw;
            }
        }),
    };
}

struct file_writer_state {
    file_writer_actor::pointer self;
    std::shared_ptr<file_output> output;
    file_flusher_actor flusher; // from the first flush on
    std::uint64_t not_flushed = 0;
    bool flushing = false;

    void write(const chunk& done) {
        output->write(done);
        not_flushed += done.plain_size;
        if (!flushing && not_flushed >= limits::flush_bytes)
            flush();
    }

    void flush() {
        if (!flusher)
            flusher = self->spawn<caf::detached>(flusher_behavior, std::weak_ptr<file_output>{output});
        not_flushed = 0;
        flushing = true;
        self->request(flusher, caf::infinite, flush_output{})
            .then([this] { flushing = false; }, [this](const caf::error&) { flushing = false; }); // finish hears of it
    }

    void finish() {
        if (flusher)
            ask<void>(self->system(), flusher, flush_output{}); // behind the one under way
        output->finish();
    }

    /// The end of output and actor, whatever happened.
    void discard() {
        try {
            if (flushing)
                ask<void>(self->system(), flusher, flush_output{});
        } catch (const failure&) { // what is lost is not wanted
        }
        close();
    }

    void close() {
        output = nullptr;
        self->quit();
    }
};

} // namespace

file_writer_actor::behavior_type file_writer_behavior(
    file_writer_actor::pointer self, std::shared_ptr<file_output> output) {
    self->set_exception_handler(crash_error);
    const auto state = std::make_shared<file_writer_state>();
    state->self = self;
    self->attach_functor([state] {
        if (state->flusher)
            caf::anon_send_exit(state->flusher, caf::exit_reason::user_shutdown);
    });
    state->output = std::move(output);
    return {
        handle([state](chunk_ptr& done) {
            state->write(*done);
            return std::move(done);
        }),
        handle([state](finish_output) {
            state->finish();
            state->close();
        }),
        handle([state](discard_output) { state->discard(); }),
    };
}

} // namespace omegasafe::actors
