// What routes work with, and how they are written.
#pragma once

#include "server/api/output.hpp"
#include "server/objects/delta_files.hpp"
#include "server/refusal.hpp"
#include "server/settings.hpp"
#include "server/store/database.hpp"

namespace omegasafe::server {

/// Shared by all workers; every part is thread-safe or immutable.
struct services {
    const server::settings& settings;
    database& data;
    const credential_box& box;
    const url_signer& signer;
    const delta_files& files;
};

/// One request and whose it is.
struct call {
    const request& http;
    user_record user; // of the API key; empty on routes without one
    uuid api_key_uuid{};
    unix_time now = 0;
};

/// A route's work: blocks, throws refusal.
using route_handler = response (*)(const services&, const call&);

// Grouped as in docs/openapi.yaml; each group stands in a file of its name.
response login(const services&, const call&);
response create_api_key(const services&, const call&);
response list_api_keys(const services&, const call&);
response revoke_api_key(const services&, const call&);
response latest_cli_version(const services&, const call&);

response create_key(const services&, const call&);
response view_key(const services&, const call&);
response list_keys(const services&, const call&);
response edit_key(const services&, const call&);
response delete_key(const services&, const call&);
response key_limits(const services&, const call&);

response claim_delta(const services&, const call&);
response claim_alpha(const services&, const call&);

response list_deltas(const services&, const call&);
response delta_upload_url(const services&, const call&);
response confirm_delta_upload(const services&, const call&);
response delta_download_url(const services&, const call&);
response delete_delta(const services&, const call&);
response put_object(const services&, const call&);
response get_object(const services&, const call&);

response create_storage(const services&, const call&);
response edit_storage(const services&, const call&);
response list_storages(const services&, const call&);
response view_storage(const services&, const call&);
response delete_storage(const services&, const call&);

response invite_to_key(const services&, const call&);
response list_shares(const services&, const call&);
response revoke_share(const services&, const call&);
response leave_key(const services&, const call&);
response list_invites(const services&, const call&);
response accept_invite(const services&, const call&);
response decline_invite(const services&, const call&);

} // namespace omegasafe::server
