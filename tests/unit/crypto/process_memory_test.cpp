#include "crypto/process_memory.hpp"

#include <catch2/catch.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace omegasafe::crypto;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which must be able to look at themselves

TEST_CASE("a program that holds secrets can neither be dumped nor traced") {
    const auto child = ::fork(); // what it does to itself cannot be undone
    REQUIRE(child >= 0);
    if (child == 0) {
        keep_memory_private();
        rlimit core{1, 1}, locked{0, 1};
        ::getrlimit(RLIMIT_CORE, &core);
        ::getrlimit(RLIMIT_MEMLOCK, &locked);
        const bool kept = ::prctl(PR_GET_DUMPABLE) == 0 && core.rlim_max == 0 && locked.rlim_cur == locked.rlim_max;
        ::_exit(kept ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

#endif
