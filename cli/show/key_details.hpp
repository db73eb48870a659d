// Everything that is known of one key, as view-key shows it.
#pragma once

#include "cli/show/key_summary.hpp"
#include "cli/show/outcome.hpp"

namespace omegasafe::cli {

/// The payload of view-key; ECS parts are null or empty when the ECS could not say.
json details_of(const key_details& key);

/// The same data for people.
void print_details(const key_details& key);

/// "performance", "offline".
std::string name_of(cache_reason reason);

/// "environment", "key", "config.ini", "none": where the password of a key's AES-256-GCM layer comes from.
std::string name_of(layer_source source);
/// The same as a line and the field `layer_password`.
void tell_layer(outcome& out, layer_source source);

/// What the cache holds in advance for one reason; a count of 0 when that is nothing.
held_claims held_for(const std::optional<cache_summary>& cache, cache_reason reason);

} // namespace omegasafe::cli
