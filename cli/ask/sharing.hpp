// Who has a key, and who is invited to it: what share-key, list-invites, accept-invite and revoke-share share.
#pragma once

#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"

namespace omegasafe::cli {

/// owner, maintainer or user, in any case; failure(usage) names --role.
key_role parse_role(const std::string& text);

/// failure(usage) names --email unless it is NAME@HOST.
std::string require_email(const std::string& email);

/// invite_uuid, key_uuid, key_name, email, role_id, role_name, invited_by_email, created_at.
json payload_of(const key_invite& invite);

/// email, role_id, role_name, status, created_at.
json payload_of(const key_share& share);

} // namespace omegasafe::cli
