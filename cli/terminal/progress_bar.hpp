// The progress line of encrypt, decrypt and verify: on a terminal only, on stderr.
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::cli {

/// Starts the actor that draws it; a null handle when stderr is no terminal.
progress_actor spawn_progress_bar(caf::actor_system& system, std::string label);

/// "label  45%  1.2 GB/s  120 of 1,000 files  0:12 left", the files for trees only; `seconds` since the start, greater
/// than 0.
std::string progress_line(const std::string& label, const progress& now, double seconds);

} // namespace omegasafe::cli
