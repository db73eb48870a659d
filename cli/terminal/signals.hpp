// SIGINT and SIGTERM: temporary files go, then the process ends with 130 or 143.
#pragma once

namespace omegasafe::cli {

/// Call once, before any other thread starts: the signals are blocked everywhere and awaited by one thread of their
/// own. A write beyond the limit for file sizes becomes an error like that of a full disk, instead of a signal.
void handle_termination_signals();

} // namespace omegasafe::cli
