#include "cli/terminal/progress_bar.hpp"

#include "actors/runtime.hpp"
#include "cli/show/format.hpp"
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace omegasafe::cli {

namespace {

progress_actor::behavior_type progress_bar_behavior(progress_actor::pointer self, std::string label) {
    self->set_exception_handler(actors::crash_error);
    const auto started = std::chrono::steady_clock::now();
    return {
        [label, started](const progress& now) {
            const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started;
            fmt::print(stderr, "\r{}\033[K", progress_line(label, now, passed.count()));
            std::fflush(stderr);
        },
        [self](end_progress) {
            fmt::print(stderr, "\r\033[K");
            std::fflush(stderr);
            self->quit();
        },
    };
}

} // namespace

progress_actor spawn_progress_bar(caf::actor_system& system, std::string label) {
    if (::isatty(STDERR_FILENO) != 1)
        return {};
    return system.spawn<caf::detached>(progress_bar_behavior, std::move(label)); // a terminal may block
}

std::string progress_line(const std::string& label, const progress& now, double seconds) {
    const auto total = std::max<std::uint64_t>(now.total, 1);
    const auto rate = static_cast<double>(now.done) / seconds;
    auto line =
        fmt::format("{} {:3.0f}%  {}/s", label, static_cast<double>(now.done) / static_cast<double>(total) * 100,
            decimal_size(static_cast<std::uint64_t>(rate)));
    if (now.files_total > 0)
        line += fmt::format("  {} of {} files", with_thousands(now.files_done), with_thousands(now.files_total));
    if (now.done > 0) {
        const auto left = static_cast<std::uint64_t>(static_cast<double>(now.total - now.done) / rate);
        line += fmt::format("  {}:{:02} left", left / 60, left % 60);
    }
    return line;
}

} // namespace omegasafe::cli
