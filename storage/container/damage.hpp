// How damage of a container is said: the fault, then the way out, which is not the same for all of them.
#pragma once

#include <omegasafe/error.hpp>
#include <string>

namespace omegasafe::storage {

/// failure(container_damaged) for what may come back from a copy, as keys, Deltas and encrypted files may.
failure damaged(const std::string& fault);

/// The same damage for whoever knows better: an older copy of what counts positions would give them out again.
/// `way_out` is a sentence.
failure with_way_out(const failure& damage, const std::string& way_out);

/// What `access` returns; damage that it meets ends with `way_out`.
template <class F>
auto with_way_out(F access, const std::string& way_out) -> decltype(access()) {
    try {
        return access();
    } catch (const failure& problem) {
        if (problem.code() != errc::container_damaged)
            throw;
        throw with_way_out(problem, way_out);
    }
}

} // namespace omegasafe::storage
