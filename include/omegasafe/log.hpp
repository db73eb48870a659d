// What the library says beside its answers: warnings, and at debug level what its actors did.
#pragma once

#include <cstdint>
#include <functional>
#include <omegasafe/export.hpp>
#include <string_view>

namespace omegasafe {

/// How grave a sentence is.
enum class log_level : std::uint8_t { debug, info, warning, error };

/// Gets one sentence without a line end, never a secret. May be called from any thread, several at once.
using log_listener = std::function<void(log_level level, std::string_view sentence)>;

/// Replaces the listener of this process; empty (as at first): nobody hears. `least`: sentences below are not made.
OMEGASAFE_API void set_log_listener(log_listener listener, log_level least = log_level::info);

} // namespace omegasafe
