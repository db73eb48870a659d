#include "tests/support/process.hpp"

#include "tests/support/json_outputs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace omegasafe::test {

using clock = std::chrono::steady_clock;

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

/// argv and envp of a child, made before the fork so that the child only calls async-signal-safe functions.
class command {
public:
    command(const run_options& options, const arguments& args)
        : texts_{options.program.empty() ? omegasafe_binary().string() : options.program} {
        texts_.insert(texts_.end(), args.begin(), args.end());
        argument_count_ = texts_.size();
        environment all{{"LANG", "C.UTF-8"}, {"TERM", "xterm"}, {"HOME", "/nonexistent"}};
        for (const char* name : {"PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"})
            if (const char* value = std::getenv(name))
                all[name] = value;
        for (const auto& [name, value] : options.env)
            all[name] = value;
        for (const auto& [name, value] : all)
            texts_.push_back(name + "=" + value);
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            if (i == argument_count_)
                pointers_.push_back(nullptr);
            pointers_.push_back(texts_[i].data());
        }
        pointers_.push_back(nullptr);
    }

    /// In the child. Does not return.
    [[noreturn]] void execute(const std::filesystem::path& directory) const {
        if (directory.empty() || ::chdir(directory.c_str()) == 0)
            ::execvpe(pointers_[0], pointers_.data(), pointers_.data() + argument_count_ + 1);
        ::_exit(127);
    }

private:
    std::vector<std::string> texts_;
    std::size_t argument_count_;
    std::vector<char*> pointers_;
};

void close_end(int& descriptor) {
    if (descriptor >= 0)
        ::close(std::exchange(descriptor, -1));
}

int milliseconds_until(clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
}

/// Appends what is there to `text`; false at the end of the stream.
bool read_some(int descriptor, std::string& text) {
    std::array<char, 65536> buffer;
    const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
    if (size > 0)
        text.append(buffer.data(), static_cast<std::size_t>(size));
    return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
}

/// Waits for the end of `pid` and fills in how it ended.
void reap(pid_t pid, clock::time_point start, run_result& result) {
    int status = 0;
    rusage usage{};
    while (::wait4(pid, &status, 0, &usage) < 0)
        if (errno != EINTR)
            fail("wait4");
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result.peak_rss_kib = usage.ru_maxrss;
    result.wall = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start);
}

} // namespace

std::string run_result::describe() const {
    std::string text = signal ? "signal " + std::to_string(signal) : "exit code " + std::to_string(exit_code);
    if (timed_out)
        text += " (time-out)";
    return text + "\n--- stdout\n" + out + "\n--- stderr\n" + err;
}

process::process(const arguments& args, run_options options) : options_(std::move(options)), start_(clock::now()) {
    const command command(options_, args);
    std::array<std::array<int, 2>, 3> pipes{};
    for (auto& ends : pipes)
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            fail("pipe2");
    pid_ = ::fork();
    if (pid_ < 0)
        fail("fork");
    if (pid_ == 0) {
        ::dup2(pipes[0][0], STDIN_FILENO);
        ::dup2(pipes[1][1], STDOUT_FILENO);
        ::dup2(pipes[2][1], STDERR_FILENO);
        ::setsid(); // no terminal: a prompt must not reach the one that runs the tests
        ::signal(SIGPIPE, SIG_DFL);
        command.execute(options_.directory);
    }
    close_end(pipes[0][0]);
    close_end(pipes[1][1]);
    close_end(pipes[2][1]);
    in_ = pipes[0][1];
    out_ = pipes[1][0];
    err_ = pipes[2][0];
    ::fcntl(in_, F_SETFL, O_NONBLOCK);
    ::signal(SIGPIPE, SIG_IGN); // a child that does not read its input is no reason for us to die
}

process::~process() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    for (int* descriptor : {&in_, &out_, &err_})
        close_end(*descriptor);
}

void process::kill(int signal) const {
    ::kill(pid_, signal);
}

run_result process::wait() {
    run_result result;
    const auto deadline = start_ + options_.timeout;
    std::string_view input = options_.input;
    if (input.empty())
        close_end(in_);
    while (out_ >= 0 || err_ >= 0) {
        std::array<pollfd, 3> ends{pollfd{in_, POLLOUT, 0}, pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
        const int ready = ::poll(ends.data(), ends.size(), milliseconds_until(deadline));
        if (ready < 0 && errno != EINTR)
            fail("poll");
        if (ready == 0) {
            result.timed_out = true;
            break;
        }
        if (in_ >= 0 && ends[0].revents != 0) {
            const ssize_t size = ::write(in_, input.data(), input.size());
            if (size > 0)
                input.remove_prefix(static_cast<std::size_t>(size));
            if (input.empty() || (size < 0 && errno != EAGAIN && errno != EINTR))
                close_end(in_);
        }
        if (ends[1].revents != 0 && !read_some(out_, result.out))
            close_end(out_);
        if (ends[2].revents != 0 && !read_some(err_, result.err))
            close_end(err_);
    }
    if (result.timed_out)
        ::kill(pid_, SIGKILL);
    reap(std::exchange(pid_, -1), start_, result);
    return result;
}

std::filesystem::path omegasafe_binary() {
    return OMEGASAFE_BINARY;
}

run_result run(const arguments& args, const run_options& options) {
    auto result = process(args, options).wait();
    if (options.program.empty())
        keep_json_output(args, result);
    return result;
}

terminal::terminal(const arguments& args, run_options options) : options_(std::move(options)), start_(clock::now()) {
    const command command(options_, args);
    winsize size{};
    size.ws_row = 24;
    size.ws_col = 100;
    pid_ = ::forkpty(&master_, nullptr, nullptr, &size);
    if (pid_ < 0)
        fail("forkpty");
    if (pid_ == 0)
        command.execute(options_.directory);
    ::fcntl(master_, F_SETFD, FD_CLOEXEC);
}

terminal::~terminal() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    close_end(master_);
}

/// False when the program closed the terminal (Linux reports EIO then) or the time is over.
bool terminal::read_more() {
    return read_within(milliseconds_until(start_ + options_.timeout));
}

bool terminal::read_within(int milliseconds) {
    pollfd end{master_, POLLIN, 0};
    int ready = 0;
    do
        ready = ::poll(&end, 1, milliseconds);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        return false;
    closed_ = !read_some(master_, transcript_);
    return !closed_;
}

bool terminal::has_ended() const {
    siginfo_t ended{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == pid_;
}

std::string terminal::expect(std::string_view text) {
    std::size_t found = std::string::npos;
    while ((found = transcript_.find(text, seen_)) == std::string::npos)
        if (!read_more())
            throw std::runtime_error("did not see \"" + std::string(text) + "\" in:\n" + transcript_.substr(seen_));
    const std::size_t begin = std::exchange(seen_, found + text.size());
    return transcript_.substr(begin, seen_ - begin);
}

void terminal::send(std::string_view line) {
    send_raw(std::string(line) + "\n");
}

void terminal::send_raw(std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(master_, text.data(), text.size());
        if (size < 0 && errno != EINTR)
            fail("write to the terminal");
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
}

void terminal::kill(int signal) const {
    ::kill(pid_, signal);
}

run_result terminal::finish() {
    run_result result;
    // Not only until the terminal is closed: a test may hold it open to look at it.
    while (!closed_ && clock::now() < start_ + options_.timeout) {
        const bool ended = has_ended();
        if (!read_within(ended ? 0 : 50) && ended)
            break;
    }
    if (clock::now() >= start_ + options_.timeout) {
        result.timed_out = true;
        ::kill(pid_, SIGKILL);
    }
    reap(std::exchange(pid_, -1), start_, result);
    result.out = transcript_;
    return result;
}

} // namespace omegasafe::test
