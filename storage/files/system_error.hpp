// Sentences for failed system calls.
#pragma once

#include <cstring>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

/// A failure whose sentence ends with the system's own words for `error` (an errno value).
inline failure system_failure(errc code, const std::string& sentence, int error) {
    return failure(code, sentence + ": " + std::strerror(error) + ".");
}

} // namespace omegasafe::storage
