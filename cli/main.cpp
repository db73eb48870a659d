#include "cli/app.hpp"
#include "cli/terminal/signals.hpp"
#include "crypto/process_memory.hpp"

#include <malloc.h>
#include <openssl/crypto.h>

int main(int argc, char** argv) {
    omegasafe::crypto::keep_memory_private();
    mallopt(M_ARENA_MAX, 2); // a dozen threads with an arena each cost more page faults than they save waiting
    // We need nothing from openssl.cnf; reading it, and OpenSSL's tidying at the end, cost a millisecond.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr);
    omegasafe::cli::handle_termination_signals();
    return omegasafe::cli::run(argc, argv);
}
