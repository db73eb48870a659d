// Hidden files that killed processes left where files cannot be without a name: told from those being written by a
// lock.
#pragma once

namespace omegasafe::storage {

/// Locks a file (flock) while it is written under a temporary name. Without effect where there are no locks.
void show_as_being_written(int file) noexcept;

/// Removes the temporary files in an open folder whose writers are gone: of this machine (see random_temporary_name)
/// and locked by nobody. A process looks once into each folder; what cannot be removed stays.
void remove_leftovers(int folder) noexcept;

} // namespace omegasafe::storage
