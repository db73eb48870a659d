// The file_reader and file_writer actors: a file_job's chunks come from disk and go to disk on threads of their own,
// while it hashes.
#pragma once

#include "actors/asker.hpp"
#include "actors/file_ends.hpp"
#include "messages/actors.hpp"

namespace omegasafe::actors {

/// Detached; becomes the only owner of `input`.
file_reader_actor spawn_file_reader(caf::actor_system& system, std::shared_ptr<file_input> input);

/// Detached; becomes the only owner of `output`.
file_writer_actor spawn_file_writer(const surroundings_ptr& here, std::shared_ptr<file_output> output);

} // namespace omegasafe::actors
