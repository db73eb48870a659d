// Everything that is known of one key, as view-key shows it.
#pragma once

#include "cli/show/key_summary.hpp"

namespace omegasafe::cli {

/// failure(delta_conflict) when a Delta here has another UUID than the ECS's Delta of that sequence.
void require_no_conflict(const key_state& state);

/// The payload of view-key; ECS parts are null or empty when the ECS could not say.
json details_of(const key_state& state);

/// The same data for people.
void print_details(const key_state& state);

} // namespace omegasafe::cli
