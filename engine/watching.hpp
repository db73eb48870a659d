// A progress listener and a stop token on their way to the actor that does the work.
#pragma once

#include "messages/actors.hpp"
#include <omegasafe/files.hpp>

namespace omegasafe::engine {

/// For one call. Its end waits for a listener that is being called, so that none is called afterwards.
class watching {
public:
    watching(caf::actor_system& system, const watch& watch);
    ~watching();
    watching(const watching&) = delete;
    watching& operator=(const watching&) = delete;

    /// Null when nobody listens.
    const progress_actor& listener() const { return listener_; }
    /// Stopped by the caller's token, or by a listener that throws.
    std::stop_token stop() const { return stop_.get_token(); }

private:
    caf::actor_system& system_;
    std::stop_source stop_;
    struct passed_on {
        std::stop_source stop;
        void operator()() { stop.request_stop(); }
    };
    std::stop_callback<passed_on> from_caller_;
    progress_actor listener_;
};

} // namespace omegasafe::engine
