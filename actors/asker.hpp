// Who asks: the floor that an actor stands on, and what it may ask from there. Free of the actor library, so that the
// rules of an actor need not be compiled with it.
#pragma once

#include "messages/floors.hpp"
#include "messages/messages.hpp"
#include <memory>
#include <omegasafe/error.hpp>
#include <type_traits>
#include <utility>

namespace omegasafe {
struct services;
}

namespace omegasafe::actors {

/// The actor system and the supervisor in it (asking.hpp).
struct surroundings;
using surroundings_ptr = std::shared_ptr<const surroundings>;

/// Asks in the name of an actor on floor `Own`. Whoever stands higher may ask all that one may.
template <actor_floor Own>
class asker_on {
public:
    explicit asker_on(surroundings_ptr here) : here_(std::move(here)) {}
    template <actor_floor Higher>
    requires(Higher > Own) asker_on(const asker_on<Higher>& other) : here_(other.here()) {}

    /// Waits for the answer, never time-limited: every actor answers, and one that dies answers with an error. Throws
    /// `failure`. Defined in asking.hpp.
    template <class Answer, class Handle, class Request>
    requires(floor_of<Handle> < Own) Answer ask(const Handle& whom, Request request)
    const;
    /// The actors as the supervisor holds them now. Defined in asking.hpp.
    services actors() const;

    const surroundings_ptr& here() const { return here_; }

private:
    surroundings_ptr here_;
};

// What every actor above config may want of it; all throw `failure`.
using config_asker = asker_on<actor_floor::stores>;
settings_ptr settings_of(const config_asker& me);
/// Of the three local containers.
password_ptr container_password(const config_asker& me);

} // namespace omegasafe::actors
