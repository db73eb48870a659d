// Runs programs as a user would: with pipes, or on a terminal.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace omegasafe::test {

using arguments = std::vector<std::string>;
/// Variable to value. The child sees these and a small base (PATH, LANG, sanitizer options, a HOME that does not
/// exist), never the caller's OMEGASAFE_* or session variables.
using environment = std::map<std::string, std::string>;

struct run_options {
    std::string program; // a path or a name in PATH; empty: the omegasafe binary under test
    environment env;
    std::string input;               // all of stdin; empty: stdin is at its end
    std::filesystem::path directory; // working folder; empty: the caller's
    std::chrono::milliseconds timeout = std::chrono::seconds(240);
};

struct run_result {
    int exit_code = -1; // -1 when a signal ended the program
    int signal = 0;
    bool timed_out = false; // we ended it by SIGKILL
    std::string out, err;
    long peak_rss_kib = 0;
    std::chrono::milliseconds wall{0};
    /// Everything, for INFO().
    std::string describe() const;
};

/// A running program with pipes for stdin, stdout and stderr. Killed when destroyed before wait().
class process {
public:
    explicit process(const arguments& args, run_options options = {});
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    pid_t pid() const { return pid_; }
    void kill(int signal) const;
    /// Feeds stdin, collects both streams and waits for the end or the time-out. Once.
    run_result wait();

private:
    run_options options_;
    std::chrono::steady_clock::time_point start_;
    pid_t pid_ = -1;
    int in_ = -1, out_ = -1, err_ = -1;
};

/// The omegasafe binary under test.
std::filesystem::path omegasafe_binary();

/// Runs a program from start to end. JSON of omegasafe is kept for json_outputs.hpp.
run_result run(const arguments& args, const run_options& options = {});

/// A program on a terminal of 24 lines by 100 columns; both streams arrive as one transcript, line ends as \r\n.
class terminal {
public:
    explicit terminal(const arguments& args, run_options options = {});
    ~terminal();
    terminal(const terminal&) = delete;
    terminal& operator=(const terminal&) = delete;

    /// Waits until `text` appears behind what the last expect() saw; gives all up to its end. Throws std::runtime_error
    /// with the transcript when the program ends or the time is over first.
    std::string expect(std::string_view text);
    /// Types `line` and Enter.
    void send(std::string_view line);
    /// Types as it is, e.g. "\x03" for Ctrl-C.
    void send_raw(std::string_view text);
    void kill(int signal) const;
    /// Waits for the end. `out` is the whole transcript.
    run_result finish();
    const std::string& transcript() const { return transcript_; }

private:
    bool read_more();
    bool read_within(int milliseconds);
    bool has_ended() const;

    run_options options_;
    std::chrono::steady_clock::time_point start_;
    std::string transcript_;
    std::size_t seen_ = 0;
    pid_t pid_ = -1;
    bool closed_ = false; // by the program
    int master_ = -1;
};

} // namespace omegasafe::test
