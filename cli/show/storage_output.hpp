// Storages of an HTTP ECS as commands show them.
#pragma once

#include "cli/show/outcome.hpp"

namespace omegasafe::cli {

/// "r2-primary (1234..., Cloudflare R2)".
std::string describe(const ecs_storage& storage);

/// The `storage` object of view-ecs-storage; null for what is not known or not of this provider.
json payload_of(const ecs_storage& storage);

/// The same data for people, one line per field.
void print_storage(const outcome& out, const ecs_storage& storage);

/// What the server said to a change: its message, and its warning on a line of its own; both as fields.
void tell_server_words(outcome& out, const ecs_outcome& said);

} // namespace omegasafe::cli
