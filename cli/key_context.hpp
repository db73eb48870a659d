// The key and the ECS a command works on.
#pragma once

#include "cli/command.hpp"
#include "storage/records/key_iteration.hpp"

namespace omegasafe::cli {

/// A locally actionable key: its Alpha is here.
struct key_context {
    uuid key_uuid{};
    iterations_ptr iterations;    // the Alpha first
    std::optional<uuid> ecs_uuid; // linked by the local cache
    std::optional<ecs_entry> ecs; // configured on this device
};

/// failure(alpha_missing) in the reference's words when the Alpha is not here.
key_context open_key(session& session, const std::string& key_uuid_flag);

/// The key's ECS; failure(ecs_unknown) when the key is not linked to one or that one is not configured.
const ecs_entry& require_ecs(const key_context& key);

/// The connection to an ECS.
ecs_connection_actor connection_to(session& session, const ecs_entry& ecs);

/// What only an HTTP ECS can: the account behind its API key.
ecs_account_actor account_of(session& session, const ecs_entry& ecs);

/// The ECS of --ecs-uuid, which must be an HTTP ECS: failure(ecs_type_mismatch) names `command`.
ecs_entry http_ecs_of(session& session, const uuid& ecs_uuid, const std::string& command);

/// failure(ecs_type_mismatch) on an SFC ECS; `what` begins the sentence ("create-ecs-storage").
void require_http(const ecs_entry& ecs, const std::string& what);

/// "SFC" or "HTTP".
std::string type_name(ecs_type type);

/// "office (0c5d..., HTTP, ecs.example.org:8443)".
std::string describe(const ecs_entry& ecs);

} // namespace omegasafe::cli
