#include "actors/file_job.hpp"

#include "actors/file_run.hpp"
#include "messages/limits.hpp"
#include "storage/sfc.hpp"
#include <functional>
#include <map>

namespace omegasafe::actors {

namespace {

/// Chunks under way for each worker: one being worked on, one waiting, one being read or written.
constexpr std::size_t chunks_per_worker = 3;

chunk_ptr new_chunk() {
    const auto fresh = std::make_shared<chunk>();
    fresh->plain.resize(limits::chunk_bytes);
    fresh->stored.resize(storage::segment_codec::stored_length(limits::chunk_bytes));
    return fresh;
}

struct file_job_state {
    file_job_actor::pointer self;
    supervisor_actor supervisor;
    progress_actor listener;
    cipher_pool_actor pool;
    std::unique_ptr<file_run> run;
    caf::typed_response_promise<file_report> promise;
    std::vector<chunk_ptr> idle;                 // buffers with nothing to do
    std::map<std::uint64_t, chunk_ptr> returned; // back from the pool, waiting for an earlier one
    std::uint64_t next_sent = 0, next_absorbed = 0;
    bool all_sent = false;
    std::chrono::steady_clock::time_point next_report{};

    std::uint64_t under_way() const { return next_sent - next_absorbed; }

    /// Starts a run and keeps the pool busy; everything goes on in take_back.
    caf::result<file_report> start(const std::function<std::unique_ptr<file_run>()>& make) {
        promise = self->make_response_promise<file_report>();
        guarded([&] {
            run = make();
            pool = ask<services>(self->system(), supervisor, get_services{}).cipher_pool;
            const auto window = chunks_per_worker * self->system().scheduler().num_workers();
            while (!all_sent && under_way() < window)
                send_next();
            finish_when_done();
        });
        return promise;
    }

    void send_next() {
        auto next = idle.empty() ? new_chunk() : std::move(idle.back());
        if (!idle.empty())
            idle.pop_back();
        if (!run->fill(*next)) {
            all_sent = true;
            return;
        }
        auto job = run->job();
        job.data = next;
        const auto number = next_sent++;
        self->request(pool, caf::infinite, std::move(job))
            .then([this, number](chunk_ptr& done) { guarded([&] { take_back(number, std::move(done)); }); },
                [this](caf::error& problem) { fail(named(to_failure(problem))); });
        run->sent(*next);
    }

    void take_back(std::uint64_t number, chunk_ptr done) {
        if (!run)
            return; // failed already
        returned.emplace(number, std::move(done));
        while (!returned.empty() && returned.begin()->first == next_absorbed) {
            auto first = std::move(returned.extract(returned.begin()).mapped());
            run->absorb(*first);
            ++next_absorbed;
            idle.push_back(std::move(first));
            if (!all_sent)
                send_next();
        }
        report_progress();
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
        if (!all_sent || under_way() > 0)
            return;
        auto report = run->finish();
        run = nullptr;
        promise.deliver(std::move(report));
        self->quit();
    }

    /// A worker does not know which file its chunk is from.
    failure named(const failure& problem) const {
        if (!run || problem.code() != errc::container_damaged)
            return problem;
        return {problem.code(), run->input().string() + " is damaged: " + problem.what() + " Restore it from a copy."};
    }

    void fail(const failure& problem) {
        if (!promise.pending())
            return;
        run = nullptr; // an unfinished output vanishes here, before the answer
        promise.deliver(to_error(problem));
        self->quit();
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
