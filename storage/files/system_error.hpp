// Sentences for failed system calls.
#pragma once

#include <cerrno>
#include <cstring>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

/// A failure whose sentence ends with the system's own words for `error` (an errno value).
inline failure system_failure(errc code, const std::string& sentence, int error) {
    return failure(code, sentence + ": " + std::strerror(error) + ".");
}

/// Whether `error` says that the file system (FUSE, network) or an old kernel does not have what was asked for.
inline bool not_offered(int error) {
    return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

} // namespace omegasafe::storage
