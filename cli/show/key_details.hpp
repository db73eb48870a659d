// Everything that is known of one key, as view-key shows it.
#pragma once

#include "cli/show/key_summary.hpp"

namespace omegasafe::cli {

/// The payload of view-key; ECS parts are null or empty when the ECS could not say.
json details_of(const key_details& key);

/// The same data for people.
void print_details(const key_details& key);

/// "performance", "offline".
std::string name_of(cache_reason reason);

/// What the cache holds in advance for one reason; a count of 0 when that is nothing.
held_claims held_for(const std::optional<cache_summary>& cache, cache_reason reason);

} // namespace omegasafe::cli
