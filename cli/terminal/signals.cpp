#include "cli/terminal/signals.hpp"

#include <csignal>
#include <omegasafe/client.hpp>
#include <pthread.h>
#include <thread>
#include <unistd.h>

namespace omegasafe::cli {

void handle_termination_signals() {
    std::signal(SIGXFSZ, SIG_IGN);
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
    std::thread([awaited] {
        int signal = 0;
        sigwait(&awaited, &signal);
        remove_temporary_files();
        _exit(128 + signal);
    }).detach();
}

} // namespace omegasafe::cli
