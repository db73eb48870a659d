#include "actors/file_job.hpp"

#include "actors/file_run.hpp"
#include "messages/limits.hpp"
#include "storage/container/sfc.hpp"
#include <algorithm>
#include <functional>
#include <map>

namespace omegasafe::actors {

namespace {

/// Chunks under way: for each worker one that it works on and one that waits; one being hashed; for reader and writer
/// one each that moves and one that waits. More than the most would only take memory, 2 MiB each: one thread hashes,
/// and four workers are faster than that.
constexpr std::size_t chunks_per_worker = 2, chunks_beside = 5, most_chunks = 13;

struct file_job_state {
    file_job_actor::pointer self;
    supervisor_actor supervisor;
    progress_actor listener;
    cipher_pool_actor pool;
    file_reader_actor reader;
    file_writer_actor writer; // null when nothing is written
    std::unique_ptr<file_run> run;
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    caf::typed_response_promise<file_report> promise;
    std::vector<chunk_ptr> idle;                 // buffers with nothing to do
    std::map<std::uint64_t, chunk_ptr> returned; // back from the pool, waiting for an earlier one
    std::uint64_t next_sent = 0, next_absorbed = 0;
    std::size_t under_way = 0; // chunks in the pool, in `returned` or with the writer
    std::size_t being_read = 0;
    bool all_asked = false, all_sent = false, failed = false;
    std::chrono::steady_clock::time_point next_report{};

    /// Starts a run and keeps the pool busy; everything goes on in take_read, take_back and recycle.
    caf::result<file_report> start(const std::function<std::unique_ptr<file_run>()>& make) {
        promise = self->make_response_promise<file_report>();
        guarded([&] {
            run = make();
            if (auto output = run->take_output())
                writer = self->spawn<caf::detached>(file_writer_behavior, std::move(output));
            pool = ask<services>(self->system(), supervisor, get_services{}).cipher_pool;
            const auto workers = self->system().scheduler().num_workers();
            const auto window = std::min(chunks_per_worker * workers + chunks_beside, most_chunks);
            while (!all_asked && under_way < window)
                read_next();
            send_last();
        });
        return promise;
    }

    chunk_ptr take_buffer() {
        if (idle.empty())
            return std::make_shared<chunk>();
        auto buffer = std::move(idle.back());
        idle.pop_back();
        return buffer;
    }

    void read_next() {
        auto fresh = take_buffer();
        if (!run->next(*fresh)) {
            all_asked = true;
            idle.push_back(std::move(fresh));
            return;
        }
        if (!reader) // small files have nothing to read ahead
            reader = self->spawn<caf::detached>(file_reader_behavior, run->take_input());
        ++under_way;
        ++being_read;
        self->request(reader, caf::infinite, read_chunk{std::move(fresh)})
            .then([this](const chunk_ptr& full) { guarded([&] { take_read(full); }); },
                [this](caf::error& problem) { fail(to_failure(problem)); });
    }

    void take_read(const chunk_ptr& full) {
        if (!run)
            return; // failed already
        --being_read;
        send(full);
        run->sent(*full);
        send_last();
    }

    void send(const chunk_ptr& full) {
        auto job = run->job();
        job.data = full;
        const auto number = next_sent++;
        self->request(pool, caf::infinite, std::move(job))
            .then([this, number](chunk_ptr& done) { guarded([&] { take_back(number, std::move(done)); }); },
                [this](caf::error& problem) { fail(named(to_failure(problem))); });
    }

    void send_last() {
        if (!all_asked || being_read > 0 || all_sent)
            return;
        all_sent = true;
        auto fresh = take_buffer();
        if (run->last(*fresh)) {
            ++under_way;
            send(fresh);
        }
    }

    void take_back(std::uint64_t number, chunk_ptr done) {
        if (!run)
            return; // failed already
        returned.emplace(number, std::move(done));
        report_progress();
        while (run && !returned.empty() && returned.begin()->first == next_absorbed) {
            auto first = std::move(returned.extract(returned.begin()).mapped());
            ++next_absorbed;
            if (writer)
                write(first);
            run->absorb(*first);
            if (!writer)
                recycle(std::move(first)); // the last one ends the run
        }
    }

    void write(const chunk_ptr& done) {
        self->request(writer, caf::infinite, done)
            .then([this](chunk_ptr& written) { guarded([&] { recycle(std::move(written)); }); },
                [this](caf::error& problem) { fail(to_failure(problem)); });
    }

    void recycle(chunk_ptr done) {
        if (!run)
            return;
        --under_way;
        idle.push_back(std::move(done));
        if (!all_asked) {
            read_next();
            send_last();
        }
        finish_when_done();
    }

    void report_progress() {
        const auto now = std::chrono::steady_clock::now();
        if (!listener || now < next_report)
            return;
        next_report = now + limits::progress_interval;
        self->send(listener, run->state());
    }

    void finish_when_done() {
        if (!all_sent || under_way > 0)
            return;
        const auto report = std::make_shared<file_report>(run->finish());
        run = nullptr;
        if (!writer)
            return deliver(*report);
        self->request(writer, caf::infinite, finish_output{})
            .then([this, report] { deliver(*report); }, [this](caf::error& problem) { fail(to_failure(problem)); });
    }

    void deliver(file_report report) {
        report.seconds = std::chrono::steady_clock::now() - started;
        promise.deliver(std::move(report));
        self->quit();
    }

    /// A worker does not know which file its chunk is from.
    failure named(const failure& problem) const {
        if (!run || problem.code() != errc::container_damaged)
            return problem;
        return {problem.code(), run->input().string() + " is damaged: " + problem.what() + " Restore it from a copy."};
    }

    /// Not linked: an exit that comes from a link would end this actor without an answer.
    void release() {
        if (reader)
            caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
        if (writer)
            caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
    }

    /// An unfinished output vanishes before the answer; what is still on its way back finds no run.
    void fail(const failure& problem) {
        if (failed)
            return;
        failed = true;
        run = nullptr;
        const auto answer = [this, error = to_error(problem)] {
            promise.deliver(error);
            self->quit();
        };
        if (!writer)
            return answer();
        self->request(writer, caf::infinite, discard_output{}).then(answer, [answer](const caf::error&) { answer(); });
    }

    /// An exception in a response handler would end the actor without an answer: every path goes through here.
    template <class F>
    void guarded(F body) {
        try {
            body();
        } catch (const failure& problem) {
            fail(problem);
        } catch (const std::exception& problem) {
            fail({errc::internal, std::string{"An internal part of the program stopped: "} + problem.what() + "."});
        }
    }
};

file_job_actor::behavior_type file_job_behavior(
    file_job_actor::pointer self, supervisor_actor supervisor, progress_actor listener) {
    self->set_exception_handler(crash_error);
    const auto state = std::make_shared<file_job_state>();
    state->self = self;
    self->attach_functor([state] { state->release(); });
    state->supervisor = std::move(supervisor);
    state->listener = std::move(listener);
    return {
        [self, state](const encrypt_file& request) {
            return state->start([&] { return start_encryption(self->system(), state->supervisor, request); });
        },
        [self, state](const decrypt_file& request) {
            return state->start([&] { return start_decryption(self->system(), state->supervisor, request); });
        },
    };
}

} // namespace

file_job_actor spawn_file_job(caf::actor_system& system, supervisor_actor supervisor, progress_actor listener) {
    return system.spawn<caf::detached>(file_job_behavior, std::move(supervisor), std::move(listener));
}

} // namespace omegasafe::actors
