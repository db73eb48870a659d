#include "messages/log.hpp"

#include "crypto/process_memory.hpp"
#include <algorithm>
#include <atomic>
#include <memory>

namespace omegasafe {

namespace {

struct hearing {
    log_listener listener;
    log_level least = log_level::error;
};

/// Shared: a listener that is replaced stays alive for the thread that is just calling it. Never destroyed: other
/// threads may still have something to say when the process ends.
std::atomic<std::shared_ptr<const hearing>>& current() {
    static auto& now = *new std::atomic<std::shared_ptr<const hearing>>;
    return now;
}

} // namespace

void set_log_listener(log_listener listener, log_level least) {
    const bool listener_is_set = listener != nullptr;
    current() = listener_is_set ? std::make_shared<const hearing>(hearing{std::move(listener), least}) : nullptr;
    if (listener_is_set)
        crypto::when_unlocked([] { log::warn("{}", crypto::unlocked_sentence); });
}

bool log::heard(log_level level) noexcept {
    const auto now = current().load();
    return now && level >= now->least;
}

void log::say(log_level level, const std::string& sentence) noexcept {
    const auto now = current().load();
    if (!now || level < now->least)
        return;
    try {
        auto line = sentence; // names of files and answers of servers stand in it
        std::ranges::replace_if(
            line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
        now->listener(level, line);
    } catch (...) {
    }
}

} // namespace omegasafe
