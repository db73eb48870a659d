// Confirming what cannot be undone.
#pragma once

#include <string>

namespace omegasafe::cli {

/// Asks `question` [y/N] unless `force`; no is failure(aborted) with `aborted` as its sentence. Without a terminal:
/// failure(usage) that names --force.
void require_confirmation(bool force, const std::string& question, const std::string& aborted = "Operation aborted.");

} // namespace omegasafe::cli
