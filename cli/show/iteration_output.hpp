// One iteration, an Alpha or a Delta, as commands show it.
#pragma once

#include "cli/show/outcome.hpp"
#include <omegasafe/keys.hpp>

namespace omegasafe::cli {

/// Prints the iteration's lines and returns its object: key_uuid, iteration_uuid, seq_number, start_global_position,
/// end_global_position.
json tell_iteration(const outcome& out, const iteration_info& info);

} // namespace omegasafe::cli
