#include "cli/terminal/typing.hpp"

#include "crypto/secure_memory.hpp"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <omegasafe/error.hpp>
#include <pthread.h>
#include <termios.h>
#include <unistd.h>

namespace omegasafe::cli {

namespace {

constexpr std::size_t longest_line = 4096; // of a terminal in Linux, its end included

/// What the thread of signals must know of the terminal.
struct terminal_state {
    std::mutex mutex;
    bool hidden = false;
    termios shown{};
    std::string question;
};

/// Never destroyed: a signal may come while the process ends.
terminal_state& state() {
    static auto& one = *new terminal_state;
    return one;
}

/// What was typed but not read yet is dropped: it must neither show nor reach the next program.
void apply(const termios& mode) noexcept {
    while (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode) != 0 && errno == EINTR) {
    }
}

void hide(terminal_state& now) noexcept {
    auto silent = now.shown;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
    if (now.hidden)
        apply(silent);
    std::fputs(now.question.c_str(), stderr);
    std::fflush(stderr);
}

} // namespace

std::optional<secure_bytes> read_typed_line() {
    secure_bytes line(longest_line);
    std::size_t size = 0;
    for (;;) {
        if (size == line.size())
            throw failure(errc::usage, "The answer is longer than a terminal can take; pass it by a file.");
        const auto count = ::read(STDIN_FILENO, line.data() + size, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0 && size == 0)
            return std::nullopt;
        if (count <= 0 || line.data()[size] == '\n')
            return secure_bytes{line.text().substr(0, size)};
        ++size;
    }
}

hidden_typing::hidden_typing(const std::string& question) {
    auto& now = state();
    const std::scoped_lock lock(now.mutex);
    now.question = question;
    now.hidden = ::tcgetattr(STDIN_FILENO, &now.shown) == 0;
    hide(now);
}

hidden_typing::~hidden_typing() {
    auto& now = state();
    const std::scoped_lock lock(now.mutex);
    if (now.hidden)
        apply(now.shown);
    now.hidden = false;
    std::fputs("\n", stderr); // the one that was typed did not show
}

void show_typing_for_good() noexcept {
    auto& now = state();
    now.mutex.lock(); // and never unlocked: whoever wants to hide typing waits for the end
    if (now.hidden)
        apply(now.shown);
}

void stop_until_continued() noexcept {
    auto& now = state();
    const std::scoped_lock lock(now.mutex);
    if (now.hidden)
        apply(now.shown);
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
    pthread_kill(pthread_self(), SIGTSTP); // stops here, unless nobody could continue us
    pthread_sigmask(SIG_BLOCK, &stop, nullptr);
    if (now.hidden)
        hide(now);
}

} // namespace omegasafe::cli
