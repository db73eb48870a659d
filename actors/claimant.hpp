// The claimant actor: the end-to-end claim decision flow of reference section 10.
#pragma once

#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Behaviour of claimant_actor.
claimant_actor::behavior_type claimant_behavior(claimant_actor::pointer self, supervisor_actor supervisor);

} // namespace omegasafe::actors
