// How a Delta comes to be known: terms, signed upload, check of what arrived, registration as latest + 1.
#pragma once

#include "server/api/services.hpp"

namespace omegasafe::server {

/// What a client wants to upload.
struct delta_offer {
    uuid key_uuid{}, delta_uuid{};
    std::uint64_t seq_number = 0, size_bytes = 0;
    std::string content_md5; // base64
    crypto::position_range positions;
};

/// Refusals: delta_conflict, storage_limit_reached, invalid_request for positions that are not the Delta's.
struct accepted_offer {
    uuid attempt_uuid{};
    signed_transfer transfer;
};
accepted_offer accept_offer(const services& services, const call& call, const delta_offer& offer);

/// Fetches what was uploaded, checks it against the offer and registers it; known is true when that was done before.
/// Refusals: upload_mismatch, delta_conflict.
struct confirmed_delta {
    delta_record delta;
    bool known = false;
};
confirmed_delta confirm_upload(
    const services& services, const call& call, const uuid& key_uuid, const uuid& delta_uuid, const uuid& attempt_uuid);

} // namespace omegasafe::server
