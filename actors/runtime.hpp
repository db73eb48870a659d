// The actor system of one process, as threads outside of the actors start it and ask it. Not for actors: they ask with
// their asker, downwards only.
#pragma once

#include "actors/asking.hpp"
#include "actors/config.hpp"
#include "actors/ecs_connection.hpp"

namespace omegasafe::actors {

/// For threads that are no actors, which stand above all of them: asks and waits; throws `failure`. Never time-limited:
/// every actor answers, and one that dies answers with an error.
template <class Answer, class Handle, class Request>
requires(floor_of<Handle> < actor_floor::program) Answer
    ask(caf::scoped_actor& self, const Handle& whom, Request request) {
    detail::require_answer<Answer, Handle, Request>();
    return detail::wait_for_answer<Answer>(self, detail::send_question(self, whom, std::move(request)));
}
template <class Answer, class Handle, class Request>
requires(floor_of<Handle> < actor_floor::program) Answer
    ask(caf::actor_system& system, const Handle& whom, Request request) {
    caf::scoped_actor self{system};
    return ask<Answer>(self, whom, std::move(request));
}

/// The actor system of one process and the supervisor in it. Destruction ends every actor and waits for them.
class runtime {
public:
    /// `root`: the config root. `workers`: cipher threads, 1 .. limits::max_threads; 0 means one per core. `connector`:
    /// how ECS are reached.
    explicit runtime(std::filesystem::path root, unsigned workers = 0, ecs_connector connector = connect_to,
        password_source ask_password = {});
    ~runtime();
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    caf::actor_system& system() { return system_; }
    /// The current actors; ask again after a failure of code `internal`.
    services actors();
    const supervisor_actor& supervisor() const { return supervisor_; }
    /// For rules that ask in somebody's name: the main program may ask all of them.
    asker_on<actor_floor::program> main_asker() {
        return asker_on<actor_floor::program>{surroundings_of(system_, supervisor_)};
    }
    /// What each of them says of itself. One that is busy longer than a moment says only that.
    std::vector<actor_status> status();

private:
    caf::actor_system_config config_;
    caf::actor_system system_;
    supervisor_actor supervisor_;
};

} // namespace omegasafe::actors
