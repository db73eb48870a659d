#include "actors/make_actor.hpp"

#include "messages/log.hpp"

namespace omegasafe::actors {

failure caught() {
    std::string text = "unknown exception";
    try {
        throw;
    } catch (const failure& problem) {
        return problem;
    } catch (const std::exception& e) {
        text = e.what();
    } catch (...) {
    }
    return {errc::internal, "An internal part of the program stopped: " + text + "."};
}

caf::error crash_error(std::exception_ptr& problem) {
    try {
        std::rethrow_exception(problem);
    } catch (...) {
        const auto crash = caught();
        log::warn("{}", crash.what());
        return to_error(crash);
    }
}

} // namespace omegasafe::actors
