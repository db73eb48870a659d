#include "actors/file_streams.hpp"

#include "actors/make_actor.hpp"
#include "messages/limits.hpp"

namespace omegasafe::actors {

namespace {

struct file_reader_state {
    using handle_type = file_reader_actor;
    static constexpr const char* name = "file_reader";

    file_reader_state(file_reader_actor::pointer, std::shared_ptr<file_input> from) : input(std::move(from)) {}

    file_reader_actor::behavior_type behavior() {
        return {handle([this](const read_chunk& next) {
            input->read(*next.data);
            return next.data;
        })};
    }

    std::shared_ptr<file_input> input;
};

/// Holds the output only while it flushes, so that the writer's `reset` is the end of it. After a failure every further
/// flush fails: the kernel tells of a lost write only once.
struct file_flusher_state {
    using handle_type = file_flusher_actor;
    static constexpr const char* name = "file_flusher";

    file_flusher_state(file_flusher_actor::pointer, std::weak_ptr<file_output> of) : output(std::move(of)) {}

    file_flusher_actor::behavior_type behavior() {
        return {handle([this](flush_output) { flush(); })};
    }

    void flush() {
        if (lost)
            throw failure(*lost);
        try {
            if (const auto open = output.lock())
                open->flush();
        } catch (const failure& problem) {
            lost = problem;
            throw;
        }
    }

    std::weak_ptr<file_output> output;
    std::optional<failure> lost;
};

class file_writer_state {
public:
    using handle_type = file_writer_actor;
    static constexpr const char* name = "file_writer";

    file_writer_state(
        file_writer_actor::pointer self, const asker<file_writer_actor>& me, std::shared_ptr<file_output> output)
        : self_(self), me_(me), output_(std::move(output)) {}
    ~file_writer_state() {
        if (flusher_)
            caf::anon_send_exit(flusher_, caf::exit_reason::user_shutdown);
    }
    file_writer_state(const file_writer_state&) = delete;
    file_writer_state& operator=(const file_writer_state&) = delete;

    file_writer_actor::behavior_type behavior() {
        return {
            handle([this](chunk_ptr& done) {
                write(*done);
                return std::move(done);
            }),
            handle([this](finish_output) {
                finish();
                close();
            }),
            handle([this](discard_output) { discard(); }),
        };
    }

private:
    void write(const chunk& done) {
        output_->write(done);
        not_flushed_ += done.plain_size;
        if (!flushing_ && not_flushed_ >= limits::flush_bytes)
            flush();
    }

    void flush() {
        if (!flusher_)
            flusher_ = make_actor<file_flusher_state>(self_->system(), std::weak_ptr<file_output>{output_});
        not_flushed_ = 0;
        flushing_ = true;
        ask_then(
            self_, flusher_, flush_output{}, [this] { flushing_ = false; },
            [this](const failure&) { flushing_ = false; }); // finish hears of it
    }

    void finish() {
        if (flusher_)
            me_.ask<void>(flusher_, flush_output{}); // behind the one under way
        output_->finish();
    }

    /// The end of output and actor, whatever happened.
    void discard() {
        try {
            if (flushing_)
                me_.ask<void>(flusher_, flush_output{});
        } catch (const failure&) { // what is lost is not wanted
        }
        close();
    }

    void close() {
        output_ = nullptr;
        self_->quit();
    }

    file_writer_actor::pointer self_;
    asker<file_writer_actor> me_;
    std::shared_ptr<file_output> output_;
    file_flusher_actor flusher_; // from the first flush on
    std::uint64_t not_flushed_ = 0;
    bool flushing_ = false;
};

} // namespace

file_reader_actor spawn_file_reader(caf::actor_system& system, std::shared_ptr<file_input> input) {
    return make_actor<file_reader_state>(system, std::move(input));
}

file_writer_actor spawn_file_writer(const surroundings_ptr& here, std::shared_ptr<file_output> output) {
    return make_actor<file_writer_state>(here->system, asker<file_writer_actor>{here}, std::move(output));
}

} // namespace omegasafe::actors
