// How every actor is made: a state with a name, handlers whose failures are answers, promises that always answer.
#pragma once

#include "actors/asking.hpp"
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace omegasafe::actors {

/// A crash as errc::internal, with the text of the exception, which is logged: who asked may have gone. For caf's
/// set_exception_handler.
caf::error crash_error(std::exception_ptr& problem);

/// What is being caught, as a failure; what is none becomes errc::internal with the text of the exception.
failure caught();

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

template <class F, class Fail, class Method>
struct answer_handler;
template <class F, class Fail, class... Args>
struct answer_handler<F, Fail, void (F::*)(Args...) const> {
    F body;
    Fail fail;

    void operator()(Args... args) const {
        try {
            body(std::forward<Args>(args)...);
        } catch (...) {
            fail(caught());
        }
    }
};

/// Made where the actor starts, gone where it ends, whatever the reason.
template <class State>
struct kept {
    static constexpr const char* name = State::name;
    std::optional<State> state;
};

} // namespace detail

/// Wraps a message handler so that a thrown `failure` is the answer and the actor lives on. Any other exception is a
/// crash: it ends the actor, its requester gets errc::internal and the supervisor starts a new one.
template <class F>
auto handle(F body) {
    return detail::handler<F, decltype(&F::operator())>{std::move(body)};
}

/// Asks without waiting. `use` gets the answer; `fail` the failure that came instead, or whatever `use` threw: the
/// actor lives on, because somebody waits for what it does with the answer.
template <class Self, class Handle, class Request, class Use, class Fail>
void ask_then(Self* self, const Handle& whom, Request request, Use use, Fail fail) {
    self->request(whom, caf::infinite, std::move(request))
        .then(detail::answer_handler<Use, Fail, decltype(&Use::operator())>{std::move(use), fail},
            [fail](caf::error& problem) { fail(to_failure(problem)); });
}

/// An answer that comes later. Dropped without one (an exception came between, or the actor ended), it answers
/// errc::internal, because who asked waits without limit.
template <class Answer>
class promised {
public:
    promised() = default;
    template <class Self>
    explicit promised(Self* self) : promise_(self->template make_response_promise<Answer>()) {}
    promised(promised&&) = default;
    promised& operator=(promised&& other) {
        drop();
        promise_ = std::move(other.promise_);
        return *this;
    }
    ~promised() { drop(); }

    void deliver(Answer answer) { promise_.deliver(std::move(answer)); }
    void deliver(const failure& problem) { promise_.deliver(to_error(problem)); }
    bool pending() const { return promise_.pending(); }
    /// For the handler to return.
    operator caf::result<Answer>() const { return promise_; }

private:
    void drop() {
        if (pending())
            deliver(failure{errc::internal, "An internal part of the program stopped; run the command again."});
    }

    caf::typed_response_promise<Answer> promise_;
};

/// Starts an actor. Its `State` has the interface as `handle_type`, the `name` that logs and statuses show, a
/// constructor from the actor and `given`, and `behavior()`; its destructor is the end of what it holds. Actors that
/// block get a thread of their own (`caf::detached`).
template <class State, caf::spawn_options Options = caf::detached, class... Args>
typename State::handle_type make_actor(caf::actor_system& system, Args... given) {
    using interface = typename State::handle_type;
    using pointer = typename interface::template stateful_pointer<detail::kept<State>>;
    // One argument at least: without any, the actor library binds references to nothing, which sanitizers report.
    return system.spawn<Options>(
        [](pointer self, std::monostate, Args... args) -> typename interface::behavior_type {
            self->set_exception_handler(crash_error);
            return self->state.state.emplace(self, std::move(args)...).behavior();
        },
        std::monostate{}, std::move(given)...);
}

} // namespace omegasafe::actors
