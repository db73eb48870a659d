#include "actors/file_job.hpp"

#include "actors/file_run.hpp"
#include "actors/file_streams.hpp"
#include "actors/make_actor.hpp"
#include "messages/limits.hpp"
#include "storage/container/sfc.hpp"
#include <algorithm>
#include <map>

namespace omegasafe::actors {

namespace {

/// Chunks under way: for each worker one that it works on and one that waits; one being hashed; for reader and writer
/// one each that moves and one that waits. More than the most would only take memory, 2 MiB each: one thread hashes,
/// and four workers are faster than that.
constexpr std::size_t chunks_per_worker = 2, chunks_beside = 5, most_chunks = 13;

class file_job_state {
public:
    using handle_type = file_job_actor;
    static constexpr const char* name = "file_job";

    file_job_state(
        file_job_actor::pointer self, asker<file_job_actor> me, progress_actor listener, std::stop_token stop)
        : self_(self), me_(std::move(me)), listener_(std::move(listener)), stop_(std::move(stop)) {}
    /// Not linked: an exit that comes from a link would end this actor without an answer.
    ~file_job_state() {
        if (reader_)
            caf::anon_send_exit(reader_, caf::exit_reason::user_shutdown);
        if (writer_)
            caf::anon_send_exit(writer_, caf::exit_reason::user_shutdown);
    }
    file_job_state(const file_job_state&) = delete;
    file_job_state& operator=(const file_job_state&) = delete;

    file_job_actor::behavior_type behavior() {
        return {
            [this](const encrypt_file& request) { return start([&] { return start_encryption(me_, request); }); },
            [this](const decrypt_file& request) { return start([&] { return start_decryption(me_, request); }); },
            [this](const encrypt_tree_file& request) { return start([&] { return start_encryption(me_, request); }); },
            [this](const decrypt_tree_file& request) { return start([&] { return start_decryption(me_, request); }); },
        };
    }

private:
    /// Starts a run and keeps the pool busy; everything goes on in take_read, take_back and recycle.
    template <class F>
    caf::result<file_report> start(F make) {
        answer_ = promised<file_report>{self_};
        const caf::result<file_report> later = answer_;
        try {
            require_go(); // before anything is claimed
            run_ = make();
            if (auto output = run_->take_output())
                writer_ = spawn_file_writer(me_.here(), std::move(output));
            pool_ = me_.actors().cipher_pool;
            const auto workers = self_->system().scheduler().num_workers();
            const auto window = std::min(chunks_per_worker * workers + chunks_beside, most_chunks);
            while (!all_asked_ && under_way_ < window)
                read_next();
            send_last();
        } catch (...) { // an end of this actor would leave the others at work behind the answer
            fail(caught());
        }
        return later;
    }

    /// Whatever goes wrong with a question, or with what is made of its answer, ends the job.
    template <class Handle, class Request, class Use>
    void request(const Handle& whom, Request request, Use use) {
        ask_then(self_, whom, std::move(request), std::move(use), [this](const failure& problem) { fail(problem); });
    }

    chunk_ptr take_buffer() {
        if (idle_.empty())
            return std::make_shared<chunk>();
        auto buffer = std::move(idle_.back());
        idle_.pop_back();
        return buffer;
    }

    void require_go() const {
        if (stop_.stop_requested())
            throw failure(errc::aborted, "It was stopped; nothing was left behind.");
    }

    void read_next() {
        require_go();
        auto fresh = take_buffer();
        if (!run_->next(*fresh)) {
            all_asked_ = true;
            idle_.push_back(std::move(fresh));
            return;
        }
        if (!reader_) // small files have nothing to read ahead
            reader_ = spawn_file_reader(self_->system(), run_->take_input());
        ++under_way_;
        ++being_read_;
        request(reader_, read_chunk{std::move(fresh)}, [this](const chunk_ptr& full) { take_read(full); });
    }

    void take_read(const chunk_ptr& full) {
        if (!run_)
            return; // failed already
        --being_read_;
        send(full);
        run_->sent(*full);
        send_last();
    }

    void send(const chunk_ptr& full) {
        auto job = run_->job();
        job.data = full;
        const auto number = next_sent_++;
        ask_then(
            self_, pool_, std::move(job), [this, number](chunk_ptr& done) { take_back(number, std::move(done)); },
            [this](const failure& problem) { fail(named(problem)); });
    }

    void send_last() {
        if (!all_asked_ || being_read_ > 0 || all_sent_)
            return;
        all_sent_ = true;
        auto fresh = take_buffer();
        if (run_->last(*fresh)) {
            ++under_way_;
            send(fresh);
        }
    }

    void take_back(std::uint64_t number, chunk_ptr done) {
        if (!run_)
            return; // failed already
        require_go();
        returned_.emplace(number, std::move(done));
        report_progress();
        while (run_ && !returned_.empty() && returned_.begin()->first == next_absorbed_) {
            auto first = std::move(returned_.extract(returned_.begin()).mapped());
            ++next_absorbed_;
            if (writer_)
                request(writer_, first, [this](chunk_ptr& written) { recycle(std::move(written)); });
            run_->absorb(*first);
            if (!writer_)
                recycle(std::move(first)); // the last one ends the run
        }
    }

    void recycle(chunk_ptr done) {
        if (!run_)
            return;
        --under_way_;
        idle_.push_back(std::move(done));
        if (!all_asked_) {
            read_next();
            send_last();
        }
        finish_when_done();
    }

    void report_progress() {
        const auto now = std::chrono::steady_clock::now();
        if (!listener_ || now < next_report_)
            return;
        next_report_ = now + limits::progress_interval;
        self_->send(listener_, run_->state());
    }

    void finish_when_done() {
        if (!all_sent_ || under_way_ > 0)
            return;
        require_go(); // the last moment: afterwards the output appears
        const auto report = std::make_shared<file_report>(run_->finish());
        run_ = nullptr;
        if (!writer_)
            return deliver(*report);
        request(writer_, finish_output{}, [this, report] { deliver(*report); });
    }

    void deliver(file_report report) {
        report.seconds = std::chrono::steady_clock::now() - started_;
        answer_.deliver(std::move(report));
        self_->quit();
    }

    /// A worker does not know which file its chunk is from.
    failure named(const failure& problem) const {
        if (!run_ || problem.code() != errc::container_damaged)
            return problem;
        return {problem.code(), run_->input().string() + " is damaged: " + problem.what() + " Restore it from a copy."};
    }

    /// An unfinished output vanishes before the answer; what is still on its way back finds no run.
    void fail(const failure& problem) {
        if (failed_)
            return;
        failed_ = true;
        run_ = nullptr;
        const auto answer = [this, problem] {
            answer_.deliver(problem);
            self_->quit();
        };
        if (!writer_)
            return answer();
        ask_then(self_, writer_, discard_output{}, answer, [answer](const failure&) { answer(); });
    }

    file_job_actor::pointer self_;
    asker<file_job_actor> me_;
    progress_actor listener_;
    std::stop_token stop_;
    cipher_pool_actor pool_;
    file_reader_actor reader_;
    file_writer_actor writer_;     // null when nothing is written
    promised<file_report> answer_; // before run_: when both are dropped, the run's files are closed before the answer
    std::unique_ptr<file_run> run_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::vector<chunk_ptr> idle_;                 // buffers with nothing to do
    std::map<std::uint64_t, chunk_ptr> returned_; // back from the pool, waiting for an earlier one
    std::uint64_t next_sent_ = 0, next_absorbed_ = 0;
    std::size_t under_way_ = 0; // chunks in the pool, in `returned_` or with the writer
    std::size_t being_read_ = 0;
    bool all_asked_ = false, all_sent_ = false, failed_ = false;
    std::chrono::steady_clock::time_point next_report_{};
};

} // namespace

file_job_actor spawn_file_job(
    caf::actor_system& system, supervisor_actor supervisor, progress_actor listener, std::stop_token stop) {
    return make_actor<file_job_state>(system, asker<file_job_actor>{surroundings_of(system, std::move(supervisor))},
        std::move(listener), std::move(stop));
}

} // namespace omegasafe::actors
