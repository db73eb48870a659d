#include "cli/terminal/signals.hpp"

#include "cli/terminal/typing.hpp"
#include <csignal>
#include <omegasafe/client.hpp>
#include <pthread.h>
#include <thread>
#include <unistd.h>

namespace omegasafe::cli {

namespace {

/// Waits for the signals and ends the process.
pthread_t waiter;

/// A write to a pipe that nobody reads any more signals its own thread, where the waiter does not see it.
void pass_on(int signal, siginfo_t* info, void*) {
    ::pthread_kill(waiter, signal);
    while (info->si_pid == ::getpid()) // from our own write: the end comes. A signal from outside may hit any thread,
        ::pause();                     // also one that the waiter has to wait for
}

bool is_ignored(int signal) {
    struct sigaction present {};
    return ::sigaction(signal, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
}

[[noreturn]] void end_by(int signal) {
    show_typing_for_good();
    remove_temporary_files();
    _exit(128 + signal);
}

} // namespace

void handle_termination_signals() {
    std::signal(SIGXFSZ, SIG_IGN);
    sigset_t awaited;
    sigemptyset(&awaited);
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGTSTP})
        sigaddset(&awaited, signal);
    if (!is_ignored(SIGHUP)) // nohup
        sigaddset(&awaited, SIGHUP);
    sigset_t pipe_alone;
    sigemptyset(&pipe_alone);
    sigaddset(&pipe_alone, SIGPIPE);
    const bool ends_with_pipe = !is_ignored(SIGPIPE);
    if (ends_with_pipe)
        sigaddset(&awaited, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
    std::thread waiting([awaited] {
        for (;;) {
            int signal = 0;
            if (sigwait(&awaited, &signal) != 0)
                continue;
            if (signal != SIGTSTP)
                end_by(signal);
            stop_until_continued();
        }
    });
    waiter = waiting.native_handle();
    waiting.detach();
    if (!ends_with_pipe)
        return;
    struct sigaction passing {};
    passing.sa_sigaction = pass_on;
    passing.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigaction(SIGPIPE, &passing, nullptr);
    pthread_sigmask(SIG_UNBLOCK, &pipe_alone, nullptr);
}

} // namespace omegasafe::cli
