// SIGHUP, SIGINT, SIGPIPE, SIGQUIT and SIGTERM: the terminal is as before, temporary files go, then the process ends
// with 129, 130, 141, 131 or 143. SIGTSTP: the terminal is as before until the process goes on.
#pragma once

namespace omegasafe::cli {

/// Call once, before any other thread starts: the signals are awaited by one thread of their own. SIGHUP and SIGPIPE
/// stay ignored where the caller had them ignored (nohup). A write beyond the limit for file sizes becomes an error
/// like that of a full disk, instead of a signal.
void handle_termination_signals();

} // namespace omegasafe::cli
