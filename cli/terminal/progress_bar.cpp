#include "cli/terminal/progress_bar.hpp"

#include "cli/show/format.hpp"
#include "crypto/shown_text.hpp"
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace omegasafe::cli {

progress_bar::progress_bar(std::string label) : label_(std::move(label)), shown_(::isatty(STDERR_FILENO) == 1) {}

progress_bar::~progress_bar() {
    if (!shown_)
        return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
}

watch progress_bar::watching() const {
    if (!shown_)
        return {};
    return {.listener = [this](const progress& now) { draw(now); }, .stop = {}};
}

void progress_bar::draw(const progress& now) const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started_;
    std::fputs(
        fmt::format("\r{}\033[K", progress_line(crypto::shown_line(label_), now, passed.count())).c_str(), stderr);
    std::fflush(stderr);
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
