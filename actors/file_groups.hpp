// Small files of a tree, many with one claim and one sync, in memory.
#pragma once

#include "actors/asker.hpp"
#include "messages/tree.hpp"

namespace omegasafe::actors {

/// One result a file. Throws `failure` when the group as a whole cannot be done: without key or claim.
std::vector<file_result> run_group(const asker_on<actor_floor::file_job>& me, const file_group& group);

} // namespace omegasafe::actors
