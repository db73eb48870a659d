#include "engine/watching.hpp"

#include "actors/runtime.hpp"

namespace omegasafe::engine {

namespace {

progress_actor::behavior_type listener_behavior(
    progress_actor::pointer self, progress_listener listener, std::stop_source stop) {
    return {
        [listener = std::move(listener), stop = std::move(stop)](const progress& now) mutable {
            if (stop.stop_requested())
                return;
            try {
                listener(now);
            } catch (...) { // its way to say stop
                stop.request_stop();
            }
        },
        [self](end_progress) { self->quit(); },
    };
}

} // namespace

watching::watching(caf::actor_system& system, const watch& watch)
    : system_(system), from_caller_(watch.stop, passed_on{stop_}) {
    if (watch.listener)
        listener_ = system.spawn<caf::detached>(listener_behavior, watch.listener, stop_); // it may block
}

watching::~watching() {
    try {
        if (listener_)
            actors::ask<void>(system_, listener_, end_progress{});
    } catch (const failure&) { // it is gone already
    }
}

} // namespace omegasafe::engine
