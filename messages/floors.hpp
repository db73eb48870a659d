// The floors that actors stand on. Who waits for an answer waits for somebody on a lower floor, so that no chain of
// questions ever closes to a circle; a question upwards does not compile (actors/asker.hpp).
#pragma once

namespace omegasafe {

enum class actor_floor : int {
    supervisor = 0,
    config = 1,
    helper = 1, // works for one other actor and asks nobody
    stores = 2, // what owns a file or a connection, and the cipher pool
    delta_sync = 3,
    claimant = 4,
    file_job = 5, // and tree_worker
    batch = 6,
    program = 7, // the main program, whose threads are no actors
    none = 8,
};

/// Where the actors behind a handle stand. Each interface says it in a line after its own (actors.hpp); one that does
/// not is asked by nobody.
template <class Handle>
inline constexpr actor_floor floor_of = actor_floor::none;

} // namespace omegasafe
