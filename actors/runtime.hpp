// What every actor here is made with: failures as answers, blocking questions, the actor system itself.
#pragma once

#include "actors/ecs_connection.hpp"
#include <deque>
#include <optional>
#include <type_traits>
#include <utility>

namespace omegasafe::actors {

/// A failure as the error that travels: category "omegasafe", code, sentence, detail.
caf::error to_error(const failure& problem);

/// The reverse. An error that is not ours (a crashed or vanished actor) becomes errc::internal.
failure to_failure(const caf::error& error);

/// For caf's set_exception_handler: a crash as errc::internal, with the text of the exception.
caf::error crash_error(std::exception_ptr& problem);

namespace detail {

template <class T>
struct answer {
    using type = caf::result<T>;
};
template <class T>
struct answer<caf::result<T>> {
    using type = caf::result<T>;
};

template <class F, class Method>
struct handler;
template <class F, class R, class... Args>
struct handler<F, R (F::*)(Args...) const> {
    F body;

    typename answer<R>::type operator()(Args... args) const {
        try {
            if constexpr (std::is_void_v<R>) {
                body(std::forward<Args>(args)...);
                return caf::unit;
            } else {
                return body(std::forward<Args>(args)...);
            }
        } catch (const failure& problem) {
            return to_error(problem);
        }
    }
};

} // namespace detail

/// Wraps a message handler so that a thrown `failure` is the answer and the actor lives on. Any other exception is a
/// crash: it ends the actor, its requester gets errc::internal and the supervisor starts a new one.
template <class F>
auto handle(F body) {
    return detail::handler<F, decltype(&F::operator())>{std::move(body)};
}

/// Asks and waits, for detached actors and the main thread; throws `failure`. Never time-limited: every actor answers,
/// and one that dies answers with an error. Chains of ask never form a circle (messages/actors.hpp lists who asks
/// whom).
template <class Answer, class Handle, class... Parts>
Answer ask(caf::scoped_actor& self, const Handle& whom, Parts&&... parts) {
    caf::error problem;
    if constexpr (std::is_void_v<Answer>) {
        self->request(whom, caf::infinite, std::forward<Parts>(parts)...)
            .receive([] {}, [&](caf::error& e) { problem = std::move(e); });
        if (problem)
            throw to_failure(problem);
    } else {
        std::optional<Answer> out;
        self->request(whom, caf::infinite, std::forward<Parts>(parts)...)
            .receive([&](Answer& value) { out = std::move(value); }, [&](caf::error& e) { problem = std::move(e); });
        if (!out)
            throw to_failure(problem);
        return std::move(*out);
    }
}

/// The same from inside an actor.
template <class Answer, class Handle, class... Parts>
Answer ask(caf::actor_system& system, const Handle& whom, Parts&&... parts) {
    caf::scoped_actor self{system};
    return ask<Answer>(self, whom, std::forward<Parts>(parts)...);
}

/// Several questions on their way at once; the answers are taken in the order of the questions. What nobody takes is
/// dropped with it.
template <class Answer>
class questions {
public:
    explicit questions(caf::actor_system& system) : self_(system) {}

    template <class Handle, class Request>
    void ask(const Handle& whom, Request request) {
        auto answer = self_->request(whom, caf::infinite, std::move(request));
        waiting_.push_back([answer]() mutable {
            std::optional<Answer> out;
            caf::error problem;
            answer.receive(
                [&](Answer& value) { out = std::move(value); }, [&](caf::error& e) { problem = std::move(e); });
            if (!out)
                throw to_failure(problem);
            return std::move(*out);
        });
    }
    /// Questions whose answer was not taken yet.
    std::size_t open() const { return waiting_.size(); }
    /// Waits for the answer to the oldest one; throws `failure`.
    Answer next() {
        const auto take = std::move(waiting_.front());
        waiting_.pop_front();
        return take();
    }

private:
    caf::scoped_actor self_;
    std::deque<std::function<Answer()>> waiting_;
};

/// The actor system of one process and the supervisor in it. Destruction ends every actor and waits for them.
class runtime {
public:
    /// `root`: the config root. `workers`: cipher threads, 1 .. limits::max_threads; 0 means one per core. `connector`:
    /// how ECS are reached.
    explicit runtime(std::filesystem::path root, unsigned workers = 0, ecs_connector connector = connect_to);
    ~runtime();
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    caf::actor_system& system() { return system_; }
    /// The current actors; ask again after a failure of code `internal`.
    services actors();
    const supervisor_actor& supervisor() const { return supervisor_; }

private:
    caf::actor_system_config config_;
    caf::actor_system system_;
    supervisor_actor supervisor_;
};

} // namespace omegasafe::actors
