// What comes to this device by hand: an exported Alpha, a Delta's container (reference: import-key, import-key-delta).
#pragma once

#include "actors/key_access.hpp"

namespace omegasafe::actors {

/// Checks at the ECS that it knows this key, then stores the Alpha with its cache entry. Nothing is stored on failure:
/// key_unknown, ecs_unavailable; usage when the key is here with another ECS or OFFLINE_MODE is on.
imported_key import_alpha(const asker_on<actor_floor::delta_sync>& me, const import_key& request);

/// Opens a Delta with the local Alpha and stores it when it is the next one; asks no ECS. delta_conflict when it is not
/// the next, alpha_missing, ecs_unknown when the key was never linked to an ECS here.
imported_delta import_container(const asker_on<actor_floor::delta_sync>& me, const import_delta& request);

} // namespace omegasafe::actors
