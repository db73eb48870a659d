#include "actors/batch.hpp"

#include "actors/file_job.hpp"
#include "actors/make_actor.hpp"
#include "actors/tree_run.hpp"
#include "actors/tree_worker.hpp"
#include "messages/limits.hpp"
#include <algorithm>
#include <map>

namespace omegasafe::actors {

namespace {

/// One writes while the other waits for the disk, even on one core.
constexpr std::size_t fewest_jobs = 2;

constexpr const char* stopped_sentence = "It was stopped.";

/// What a file_job says of its file, with the file's number: the batch adds up.
struct part_state {
    using handle_type = progress_actor;
    static constexpr const char* name = "part";

    part_state(progress_actor::pointer actor, batch_actor listener, std::size_t of)
        : self(actor), batch(std::move(listener)), number(of) {}

    progress_actor::behavior_type behavior() {
        return {
            [this](const progress& now) {
                self->send(batch, part_progress{number, now.done});
            },
            [this](end_progress) { self->quit(); },
        };
    }

    progress_actor::pointer self;
    batch_actor batch;
    std::size_t number;
};

class batch_state {
public:
    using handle_type = batch_actor;
    static constexpr const char* name = "batch";

    batch_state(batch_actor::pointer self, asker<batch_actor> me, progress_actor listener, std::stop_token stop)
        : self_(self), me_(std::move(me)), listener_(std::move(listener)), stop_(std::move(stop)) {}
    ~batch_state() {
        for (const auto& worker : workers_)
            caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
    }
    batch_state(const batch_state&) = delete;
    batch_state& operator=(const batch_state&) = delete;

    batch_actor::behavior_type behavior() {
        return {
            [this](const encrypt_tree& request) { return start(request); },
            [this](const decrypt_tree& request) { return start(request); },
            [this](const part_progress& part) { take_progress(part); },
        };
    }

private:
    template <class Request>
    caf::result<tree_report_ptr> start(const Request& request) {
        answer_ = promised<tree_report_ptr>{self_};
        const caf::result<tree_report_ptr> later = answer_;
        most_jobs_ = request.jobs > 0 ? request.jobs : std::max(fewest_jobs, self_->system().scheduler().num_workers());
        look_for_stop(); // before anything is locked or made
        try {
            if (!stopped_) {
                run_ = start_tree(me_, request);
                now_ = run_->expected();
            }
        } catch (...) {
            stop(caught());
        }
        go_on();
        return later;
    }

    /// Fills the free places; ends the run when nothing is left under way. Whatever goes wrong stops the run only: an
    /// end of this actor would leave its jobs at work behind the answer.
    void go_on() {
        look_for_stop();
        try {
            while (!stopped_ && run_ && under_way_ < most_jobs_) {
                const auto unit = std::make_shared<const tree_unit>(run_->next_unit());
                if (unit->empty())
                    break;
                run_->starting(*unit);
                tree_run::is_large(*unit) ? send_large(unit) : send_group(unit);
            }
            if (under_way_ == 0 && !stopped_ && answer_.pending())
                end(run_->finish());
        } catch (...) {
            stop(caught());
        }
        if (under_way_ == 0 && stopped_ && answer_.pending())
            end_stopped();
    }

    void send_group(const std::shared_ptr<const tree_unit>& unit) {
        if (idle_.empty())
            idle_.push_back(workers_.emplace_back(spawn_tree_worker(me_.here())));
        const auto worker = std::move(idle_.back());
        idle_.pop_back();
        ask_then(
            self_, worker, run_->group(*unit),
            [this, unit, worker](const std::vector<file_result>& results) {
                idle_.push_back(worker);
                take_back(*unit, results);
            },
            [this](const failure& problem) {
                --under_way_;
                stop(problem);
                go_on();
            });
        ++under_way_;
    }

    void send_large(const std::shared_ptr<const tree_unit>& unit) {
        const auto number = unit->front().number;
        const auto part =
            listener_ ? make_actor<part_state, caf::no_spawn_options>(self_->system(), batch_actor{self_}, number)
                      : progress_actor{};
        const auto job = spawn_file_job(self_->system(), me_.here()->supervisor, part, stop_);
        parts_.emplace(number, 0);
        const auto back = [this, unit, part](const file_result& result) {
            if (part)
                self_->send(part, end_progress{});
            if (result.code != errc::none && run_->stops(result.code))
                stop({result.code, result.sentence});
            take_back(*unit, {result});
        };
        std::visit(
            [&](auto request) {
                ask_then(
                    self_, job, std::move(request),
                    [back, number](const file_report& done) {
                        back({number, errc::none, {}, done.protection, done.proof});
                    },
                    [back, number](const failure& problem) {
                        back({number, problem.code(), problem.what()});
                    });
            },
            run_->single(unit->front()));
        ++under_way_;
    }

    void take_back(const tree_unit& unit, const std::vector<file_result>& results) {
        --under_way_;
        for (const auto& file : unit) {
            parts_.erase(file.number);
            ++now_.files_done;
            now_.done += file.attributes.size;
        }
        try {
            run_->finished(unit, results);
            report_progress();
        } catch (...) {
            stop(caught());
        }
        go_on();
    }

    void take_progress(const part_progress& part) {
        const auto under_way = parts_.find(part.number); // gone when the file's answer was quicker
        if (under_way == parts_.end())
            return;
        under_way->second = part.bytes;
        try {
            report_progress();
        } catch (...) {
            stop(caught());
        }
    }

    void report_progress() {
        const auto time = std::chrono::steady_clock::now();
        if (!listener_ || time < next_report_)
            return;
        next_report_ = time + limits::progress_interval;
        auto all = now_;
        for (const auto& [number, bytes] : parts_)
            all.done += bytes;
        all.done = std::min(all.done, all.total); // file_jobs count what they add to a file too
        self_->send(listener_, all);
    }

    void look_for_stop() {
        if (stop_.stop_requested())
            stop({errc::aborted, stopped_sentence});
    }

    void stop(const failure& why) {
        if (!stopped_)
            stopped_ = why;
    }

    void end(tree_report report) {
        run_ = nullptr; // gives the output folder free before the answer
        answer_.deliver(std::make_shared<const tree_report>(std::move(report)));
        self_->quit();
    }

    void end_stopped() {
        const bool wanted = stopped_->code() == errc::aborted && stop_.stop_requested(); // also when a job saw it first
        std::string sentence = wanted ? stopped_sentence : stopped_->what();
        if (run_ && !wanted)
            sentence += " What is done stays: run the command again with --resume to go on.";
        run_ = nullptr;
        answer_.deliver(failure{stopped_->code(), sentence, stopped_->detail()});
        self_->quit();
    }

    batch_actor::pointer self_;
    asker<batch_actor> me_;
    progress_actor listener_;
    std::stop_token stop_;
    promised<tree_report_ptr>
        answer_; // before run_: when both are dropped, the output folder is free before the answer
    std::unique_ptr<tree_run> run_;
    std::size_t most_jobs_ = 0, under_way_ = 0;
    std::vector<tree_worker_actor> workers_, idle_;
    std::optional<failure> stopped_; // why nothing new is started any more
    progress now_;
    std::map<std::size_t, std::uint64_t> parts_; // bytes done of the large files under way
    std::chrono::steady_clock::time_point next_report_{};
};

} // namespace

batch_actor spawn_batch(
    caf::actor_system& system, supervisor_actor supervisor, progress_actor listener, std::stop_token stop) {
    return make_actor<batch_state>(system, asker<batch_actor>{surroundings_of(system, std::move(supervisor))},
        std::move(listener), std::move(stop));
}

} // namespace omegasafe::actors
