#include "cli/app.hpp"
#include "cli/terminal/signals.hpp"

#include <malloc.h>
#include <openssl/crypto.h>
#include <sys/resource.h>

int main(int argc, char** argv) {
    const rlimit no_core_dumps{0, 0}; // they would hold keys
    setrlimit(RLIMIT_CORE, &no_core_dumps);
    mallopt(M_ARENA_MAX, 2); // a dozen threads with an arena each cost more page faults than they save waiting
    // We need nothing from openssl.cnf; reading it, and OpenSSL's tidying at the end, cost a millisecond.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr);
    omegasafe::cli::handle_termination_signals();
    return omegasafe::cli::run(argc, argv);
}
