// The account at an HTTP ECS: its storages, limits, shares and invites.
#pragma once

#include "ecs/ecs_api.hpp"
#include "messages/account.hpp"

namespace omegasafe::ecs {

/// The operations of ecs_account_actor; errors as there. For one thread at a time: it waits for the server.
class ecs_http_account {
public:
    /// `entry` is of type HTTP.
    explicit ecs_http_account(const ecs_entry& entry, retry_policy policy = {}) : api_(entry, std::move(policy)) {}

    /// Who the API key belongs to: the test of a connection.
    ecs_account account();
    std::vector<ecs_storage> storages();
    ecs_storage storage_of(const uuid& storage_uuid);
    ecs_outcome create_storage(const storage_fields& fields);
    ecs_outcome edit_storage(const uuid& storage_uuid, const storage_fields& fields);
    ecs_outcome delete_storage(const uuid& storage_uuid);
    key_limits limits_of(const uuid& key_uuid);
    key_invite invite(const invite_to_key& request);
    std::vector<key_share> shares(const uuid& key_uuid);
    std::vector<key_invite> invites();
    ecs_outcome answer(const answer_invite& request);
    ecs_outcome revoke(const revoke_key_share& request);
    std::string latest_version();

private:
    ecs_api api_;
};

/// How the answers are read; failure(ecs_rejected).
ecs_account parse_account(const json_answer& answer);
ecs_storage parse_storage(const json_answer& answer);
ecs_outcome parse_outcome(const json_answer& answer);
key_limits parse_limits(const json_answer& answer);
key_invite parse_invite(const json_answer& answer);
key_share parse_share(const json_answer& answer);

} // namespace omegasafe::ecs
