#include "actors/batch.hpp"

#include "actors/file_job.hpp"
#include "actors/tree_run.hpp"
#include "actors/tree_worker.hpp"
#include "messages/limits.hpp"
#include <algorithm>
#include <functional>
#include <map>

namespace omegasafe::actors {

namespace {

/// One writes while the other waits for the disk, even on one core.
constexpr std::size_t fewest_jobs = 2;

/// What a file_job says of its file, with the file's number: the batch adds up.
progress_actor::behavior_type part_behavior(progress_actor::pointer self, batch_actor batch, std::size_t number) {
    return {
        [self, batch, number](const progress& now) {
            self->send(batch, part_progress{number, now.done});
        },
        [self](end_progress) { self->quit(); },
    };
}

struct batch_state {
    batch_actor::pointer self;
    supervisor_actor supervisor;
    progress_actor listener;
    std::unique_ptr<tree_run> run;
    caf::typed_response_promise<tree_report_ptr> promise;
    std::size_t most_jobs = 0, under_way = 0;
    std::vector<tree_worker_actor> idle;
    std::optional<failure> stopped; // why nothing new is started any more
    progress now;
    std::map<std::size_t, std::uint64_t> parts; // bytes done of the large files under way
    std::chrono::steady_clock::time_point next_report{};

    caf::result<tree_report_ptr> start(unsigned jobs, const std::function<std::unique_ptr<tree_run>()>& make) {
        promise = self->make_response_promise<tree_report_ptr>();
        most_jobs = jobs > 0 ? jobs : std::max(fewest_jobs, self->system().scheduler().num_workers());
        guarded([&] {
            run = make();
            now = run->expected();
        });
        go_on();
        return promise;
    }

    /// Fills the free places; ends the run when nothing is left under way.
    void go_on() {
        guarded([&] {
            while (!stopped && run && under_way < most_jobs) {
                const auto unit = std::make_shared<const tree_unit>(run->next_unit());
                if (unit->empty())
                    break;
                run->starting(*unit);
                tree_run::is_large(*unit) ? send_large(unit) : send_group(unit);
            }
            if (under_way == 0 && !stopped && promise.pending())
                end(run->finish());
        });
        if (under_way == 0 && stopped && promise.pending())
            end_stopped();
    }

    void send_group(const std::shared_ptr<const tree_unit>& unit) {
        if (idle.empty())
            idle.push_back(spawn_tree_worker(self->system(), supervisor));
        const auto worker = std::move(idle.back());
        idle.pop_back();
        ++under_way;
        self->request(worker, caf::infinite, run->group(*unit))
            .then(
                [this, unit, worker](const std::vector<file_result>& results) {
                    idle.push_back(worker);
                    take_back(*unit, results);
                },
                [this](caf::error& problem) {
                    --under_way;
                    stop(to_failure(problem));
                    go_on();
                });
    }

    void send_large(const std::shared_ptr<const tree_unit>& unit) {
        const auto& file = unit->front();
        const auto part = listener ? self->spawn(part_behavior, batch_actor{self}, file.number) : progress_actor{};
        const auto job = spawn_file_job(self->system(), supervisor, part);
        ++under_way;
        parts.emplace(file.number, 0);
        const auto back = [this, unit, part](errc code, const std::string& sentence) {
            if (part)
                self->send(part, end_progress{});
            if (code != errc::none && run->stops(code))
                stop({code, sentence});
            take_back(*unit, {{unit->front().number, code, sentence}});
        };
        std::visit(
            [&](auto request) {
                self->request(job, caf::infinite, std::move(request))
                    .then([back](const file_report&) { back(errc::none, {}); },
                        [back](caf::error& error) {
                            const auto problem = to_failure(error);
                            back(problem.code(), problem.what());
                        });
            },
            run->single(file));
    }

    void take_back(const tree_unit& unit, const std::vector<file_result>& results) {
        --under_way;
        guarded([&] { run->finished(unit, results); });
        for (const auto& file : unit) {
            parts.erase(file.number);
            ++now.files_done;
            now.done += file.attributes.size;
        }
        report_progress();
        go_on();
    }

    void report_progress() {
        const auto time = std::chrono::steady_clock::now();
        if (!listener || time < next_report)
            return;
        next_report = time + limits::progress_interval;
        auto all = now;
        for (const auto& [number, bytes] : parts)
            all.done += bytes;
        all.done = std::min(all.done, all.total); // file_jobs count what they add to a file too
        self->send(listener, all);
    }

    void stop(const failure& why) {
        if (!stopped)
            stopped = why;
    }

    void end(tree_report report) {
        run = nullptr; // gives the output folder free before the answer
        promise.deliver(std::make_shared<const tree_report>(std::move(report)));
        quit();
    }

    void end_stopped() {
        std::string sentence = stopped->what();
        if (run)
            sentence += " What is done stays: run the command again with --resume to go on.";
        run = nullptr;
        promise.deliver(to_error({stopped->code(), sentence, stopped->detail()}));
        quit();
    }

    void quit() {
        for (const auto& worker : idle)
            self->send_exit(worker, caf::exit_reason::user_shutdown);
        idle.clear();
        self->quit();
    }

    /// An exception in a response handler would end the actor without an answer: every path goes through here.
    template <class F>
    void guarded(F body) {
        try {
            body();
        } catch (const failure& problem) {
            stop(problem);
        } catch (const std::exception& problem) {
            stop({errc::internal, std::string{"An internal part of the program stopped: "} + problem.what() + "."});
        }
    }
};

batch_actor::behavior_type batch_behavior(
    batch_actor::pointer self, supervisor_actor supervisor, progress_actor listener) {
    self->set_exception_handler(crash_error);
    const auto state = std::make_shared<batch_state>();
    state->self = self;
    state->supervisor = std::move(supervisor);
    state->listener = std::move(listener);
    const auto begin = [self, state](const auto& request) {
        return state->start(request.jobs, [&] { return start_tree(self->system(), state->supervisor, request); });
    };
    return {
        [begin](const encrypt_tree& request) { return begin(request); },
        [begin](const decrypt_tree& request) { return begin(request); },
        [state](const part_progress& part) {
            const auto under_way = state->parts.find(part.number); // gone when the file's answer was quicker
            if (under_way == state->parts.end())
                return;
            under_way->second = part.bytes;
            state->report_progress();
        },
    };
}

} // namespace

batch_actor spawn_batch(caf::actor_system& system, supervisor_actor supervisor, progress_actor listener) {
    return system.spawn<caf::detached>(batch_behavior, std::move(supervisor), std::move(listener));
}

} // namespace omegasafe::actors
