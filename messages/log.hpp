// Sentences beside the answers: they go to the listener of the public API (log.hpp), and nowhere without one.
#pragma once

#include <fmt/core.h>
#include <omegasafe/log.hpp>

namespace omegasafe::log {

/// Whether anybody hears sentences of this level.
bool heard(log_level level) noexcept;

/// Hands a finished sentence over. A listener that throws is ignored: it must not end what is being done.
void say(log_level level, const std::string& sentence) noexcept;

template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
    if (heard(log_level::debug))
        say(log_level::debug, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
    if (heard(log_level::info))
        say(log_level::info, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> text, Args&&... args) {
    if (heard(log_level::warning))
        say(log_level::warning, fmt::format(text, std::forward<Args>(args)...));
}

} // namespace omegasafe::log
