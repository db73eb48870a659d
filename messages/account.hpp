// What only an HTTP ECS knows: the account behind an API key, its storages, and who shares a key (docs/openapi.yaml).
#pragma once

#include "messages/messages.hpp"

namespace omegasafe {

/// Who the API key belongs to. Asking for it is the test of a connection.
struct get_account {};

struct list_ecs_storages {};
struct view_ecs_storage {
    uuid storage_uuid{};
};
struct create_ecs_storage {
    storage_fields fields;
};
struct edit_ecs_storage {
    uuid storage_uuid{};
    storage_fields fields;
};
struct delete_ecs_storage {
    uuid storage_uuid{};
};

/// How much of the internal storage a key uses (reference, key-storage-limits).
struct get_key_limits {
    uuid key_uuid{};
};

struct invite_to_key {
    uuid key_uuid{};
    std::string email;
    key_role role{};
};
/// Who has a key, and who is invited to it.
struct list_key_shares {
    uuid key_uuid{};
};
struct list_key_invites {};
struct answer_invite {
    uuid invite_uuid{};
    bool accept = true;
};
/// Takes a key from a user, or an invitation back.
struct revoke_key_share {
    uuid key_uuid{};
    std::string email;
};

/// The newest version of this program, as the server's operator gives it out.
struct get_latest_version {};

} // namespace omegasafe
