// The claimant actor: the end-to-end claim decision flow of reference section 10. It owns no state: it is a thread that
// puts requests in order, and what it decides stands in claim_flow.cpp.
#pragma once

#include "actors/asker.hpp"
#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Detached.
claimant_actor spawn_claimant(const surroundings_ptr& here);

} // namespace omegasafe::actors
