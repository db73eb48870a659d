#include "crypto/process_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace omegasafe::crypto {

void keep_memory_private() noexcept {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ::prctl(PR_SET_DUMPABLE, 0); // a core that is piped to a program knows no limit
#endif
    rlimit locked{};
    if (::getrlimit(RLIMIT_MEMLOCK, &locked) == 0 && locked.rlim_cur < locked.rlim_max) {
        locked.rlim_cur = locked.rlim_max;
        ::setrlimit(RLIMIT_MEMLOCK, &locked);
    }
}

} // namespace omegasafe::crypto
