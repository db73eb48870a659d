#include "cli/terminal/logging.hpp"

#include "crypto/shown_text.hpp"
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <mutex>
#include <omegasafe/error.hpp>
#include <omegasafe/log.hpp>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

namespace omegasafe::cli {

namespace {

/// Sends each line to the stream of its level, as it may be shown.
class split_sink final : public spdlog::sinks::base_sink<std::mutex> {
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        auto shown = message;
        const auto text = crypto::shown_line({message.payload.data(), message.payload.size()});
        shown.payload = text;
        formatter_->format(shown, line);
        std::fwrite(line.data(), 1, line.size(), message.level < spdlog::level::warn ? stdout : stderr);
    }
    void flush_() override {
        std::fflush(stdout);
        std::fflush(stderr);
    }
};

int numeric_level(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    static const std::map<std::string, int, std::less<>> names{
        {"NOTSET", 0}, {"DEBUG", 10}, {"INFO", 20}, {"WARNING", 30}, {"ERROR", 40}, {"CRITICAL", 50}};
    if (const auto named = names.find(text); named != names.end())
        return named->second;
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0)
        throw failure(errc::usage, "'" + text +
                                       "' is not a log level; use DEBUG, INFO, WARNING, ERROR, CRITICAL, NOTSET or a "
                                       "number from 0 up.");
    return number;
}

spdlog::level::level_enum spdlog_level(int level) {
    using namespace spdlog::level;
    return level <= 10   ? debug
           : level <= 20 ? info
           : level <= 30 ? warn
           : level <= 40 ? err
           : level <= 50 ? critical
                         : off;
}

/// The library's sentences become lines like our own.
void hear_library(spdlog::level::level_enum least) {
    using namespace spdlog::level;
    if (least > err) {
        set_log_listener({});
        return;
    }
    const auto wanted = least <= debug  ? log_level::debug
                        : least == info ? log_level::info
                        : least == warn ? log_level::warning
                                        : log_level::error;
    set_log_listener(
        [](log_level level, std::string_view sentence) {
            const auto line = level == log_level::debug     ? debug
                              : level == log_level::info    ? info
                              : level == log_level::warning ? warn
                                                            : err;
            spdlog::log(line, "{}", sentence);
        },
        wanted);
}

} // namespace

void set_up_logging(const std::string& level) {
    auto logger = std::make_shared<spdlog::logger>("omegasafe", std::make_shared<split_sink>());
    logger->set_pattern("omegasafe: %l: %v");
    const auto least = spdlog_level(numeric_level(level));
    logger->set_level(least);
    logger->flush_on(spdlog::level::trace); // lines survive a killed process, and keep their order with prints
    spdlog::set_default_logger(std::move(logger));
    hear_library(least);
}

void log_warning(const std::string& sentence) {
    spdlog::warn("{}", sentence);
}

void log_error(const std::string& sentence) {
    spdlog::error("{}", sentence);
}

} // namespace omegasafe::cli
