// Routes of claims: positions of a Delta or of the Alpha, handed out once.
#include "server/api/access.hpp"
#include "server/api/answer.hpp"
#include "server/api/services.hpp"
#include "wire/field_rules.hpp"
#include "wire/routes.hpp"

namespace omegasafe::server {

namespace {

uuid idempotency_key_of(const request& request) {
    const auto key = crypto::parse_uuid(request.header(wire::idempotency_key_header));
    if (!key)
        throw refusal(api_error::invalid_request, "A claim needs the header Idempotency-Key with a UUID.");
    return *key;
}

/// Nil of a client that names none.
uuid device_of(const request& request) {
    const auto text = request.header(wire::device_header);
    const auto device = text.empty() ? std::optional{uuid{}} : crypto::parse_uuid(text);
    if (!device)
        throw refusal(api_error::invalid_request, "The header Omegasafe-Device holds no UUID.");
    return *device;
}

json range_of(const claimed_record& claimed, std::uint64_t size) {
    const auto first =
        crypto::positions_of_iteration(claimed.seq_number, claimed.capacity).first + claimed.first_offset;
    return {{"start_global_position", crypto::position_to_json<json>(first)},
        {"end_global_position", crypto::position_to_json<json>(first + size - 1)}, {"replayed", claimed.replayed}};
}

/// What both claims ask for; the Alpha has no delta_uuid.
claim_request_record read_claim(const call& call, bool of_delta) {
    auto body = fields::of_body(call.http);
    claim_request_record claim;
    claim.idempotency_key = idempotency_key_of(call.http);
    claim.api_key_uuid = call.api_key_uuid;
    claim.device_uuid = device_of(call.http);
    claim.key_uuid = body.id("key_uuid");
    if (of_delta)
        claim.delta_uuid = body.id("delta_uuid");
    claim.size = body.number("size", 1, wire::largest_number);
    body.finish();
    return claim;
}

/// Before the transaction, which everybody who claims of the same Delta waits for.
void require_claimable(const services& services, const call& call, const uuid& key_uuid) {
    services.data.read([&](store& data) { require_key(data, call, key_uuid, operation::claim); });
}

} // namespace

response claim_delta(const services& services, const call& call) {
    const auto claim = read_claim(call, true);
    require_claimable(services, call, claim.key_uuid);
    const auto claimed = services.data.write([&](store& data) { return data.claim_delta(claim, call.now); });
    json payload{{"delta_uuid", crypto::to_string(claim.delta_uuid)}};
    payload.update(range_of(claimed, claim.size));
    return answer(payload);
}

response claim_alpha(const services& services, const call& call) {
    const auto claim = read_claim(call, false);
    require_claimable(services, call, claim.key_uuid);
    const auto claimed = services.data.write([&](store& data) { return data.claim_alpha(claim, call.now); });
    return answer(range_of(claimed, claim.size));
}

} // namespace omegasafe::server
