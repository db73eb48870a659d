#include "ecs/ecs_http.hpp"

#include "crypto/derived_uuid.hpp"
#include "storage/container/attributes.hpp"
#include "storage/files/file_place.hpp"
#include "wire/routes.hpp"
#include <atomic>
#include <chrono>
#include <omegasafe/error.hpp>
#include <unistd.h>

namespace omegasafe::ecs {

namespace {

using crypto::to_string;
using nlohmann::json;
using storage::position_to_json;

/// This machine, under a name that no other server can recognise it by.
std::optional<uuid> device_at(const std::string& host) {
    const auto& machine = storage::this_machine();
    return machine ? std::optional{crypto::uuid_of(crypto::hmac_sha256(*machine, crypto::as_bytes(host)))}
                   : std::nullopt;
}

ecs_api::query of_key(const uuid& key_uuid) {
    return {"key_uuid", key_uuid};
}

} // namespace

key_role parse_role(const json_answer& answer) {
    const auto role = answer.number("role_id");
    if (role < 1 || role > 3)
        answer.refuse("names a role that does not exist");
    return static_cast<key_role>(role);
}

ecs_key parse_ecs_key(const json_answer& answer) {
    ecs_key key{answer.id("key_uuid"), answer.text("name"), answer.text("omegasafe_version"),
        answer.number("alpha_global_position_capacity"), answer.position("alpha_next_global_position")};
    if (key.alpha_next > key.alpha_capacity)
        answer.refuse("has an Alpha pointer beyond the key's capacity");
    key.storage_uuid = answer.id("storage_uuid");
    key.storage_name = answer.text("storage_name");
    key.storage_is_internal = answer.flag("storage_is_internal");
    key.role_id = static_cast<int>(parse_role(answer));
    key.role_name = answer.text("role_name");
    key.user_key_relation_uuid = answer.id("user_key_relation_uuid");
    return key;
}

ecs_delta parse_ecs_delta(const json_answer& answer) {
    const ecs_delta delta{answer.id("delta_uuid"), answer.number("seq_number"),
        {answer.position("start_global_position"), answer.position("end_global_position")},
        answer.position("next_global_position")};
    // next - 1: the last position of all may be claimed, too.
    if (delta.seq_number == 0 || delta.positions.first > delta.positions.last || delta.next < delta.positions.first ||
        delta.next - delta.positions.first > delta.positions.size())
        answer.refuse("has a Delta whose positions are impossible");
    return delta;
}

std::vector<ecs_delta> parse_ecs_deltas(const json_answer& answer) {
    std::vector<ecs_delta> deltas;
    for (const auto& element : answer.list("deltas")) {
        deltas.push_back(parse_ecs_delta(element));
        if (deltas.size() > 1 && deltas[deltas.size() - 2].seq_number >= deltas.back().seq_number)
            answer.refuse("has Deltas out of order");
    }
    return deltas;
}

position_range parse_claim(const json_answer& answer, std::uint64_t size, const std::optional<uuid>& delta_uuid) {
    const position_range range{answer.position("start_global_position"), answer.position("end_global_position")};
    if (range.last < range.first || range.size() != size || (delta_uuid && answer.id("delta_uuid") != *delta_uuid))
        answer.refuse("gives positions that were not asked for");
    return range;
}

uuid idempotency_key(const uuid& random) {
    static std::atomic<std::uint64_t> made{0};
    const auto& machine = storage::this_machine();
    const auto mixed =
        to_string(random) + " " + (machine ? to_string(*machine) : "") + " " + std::to_string(::getpid()) + " " +
        std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + " " + std::to_string(++made);
    return crypto::uuid_of(crypto::sha256::of(crypto::as_bytes(mixed)));
}

void ecs_http::register_key(const ecs_key& key) {
    require_registrable(key);
    json body{{"key_uuid", to_string(key.key_uuid)}, {"name", key.name}, {"omegasafe_version", key.omegasafe_version},
        {"alpha_global_position_capacity", position_to_json(key.alpha_capacity)}};
    if (key.storage_uuid)
        body["storage_uuid"] = to_string(*key.storage_uuid);
    api_.post(wire::routes::create_key, body, repeat::never);
}

ecs_key ecs_http::key(const uuid& key_uuid) {
    const auto answer = api_.get(wire::routes::view_key, {of_key(key_uuid)});
    auto key = parse_ecs_key(answer.object("key"));
    if (key.key_uuid != key_uuid)
        answer.refuse("is about another key");
    return key;
}

std::string ecs_http::edit_key(const edit_ecs_key& changes) {
    require_editable(changes);
    json body{{"key_uuid", to_string(changes.key_uuid)}};
    if (changes.name)
        body["name"] = *changes.name;
    if (changes.omegasafe_version)
        body["omegasafe_version"] = *changes.omegasafe_version;
    if (changes.storage_uuid)
        body["storage_uuid"] = to_string(*changes.storage_uuid);
    return api_.patch(wire::routes::edit_key, body).text("message");
}

void ecs_http::delete_key(const uuid& key_uuid) {
    api_.remove(wire::routes::delete_key, {of_key(key_uuid)});
}

std::vector<ecs_delta> ecs_http::deltas(const uuid& key_uuid) {
    return parse_ecs_deltas(api_.get(wire::routes::list_deltas, {of_key(key_uuid)}));
}

position_range ecs_http::claim_delta(const claim_delta_positions& request) {
    return claim(request.fast_forward ? wire::routes::fast_forward : wire::routes::claim_delta,
        {{"key_uuid", to_string(request.key_uuid)}, {"delta_uuid", to_string(request.delta_uuid)}}, request.size,
        request.delta_uuid);
}

position_range ecs_http::claim_alpha(const claim_alpha_positions& request) {
    return claim(wire::routes::claim_alpha, {{"key_uuid", to_string(request.key_uuid)}}, request.size, std::nullopt);
}

position_range ecs_http::claim(
    const std::string& path, json body, std::uint64_t size, const std::optional<uuid>& delta_uuid) {
    require_claim_size(size);
    body["size"] = position_to_json(size);
    net::http_headers headers{{wire::idempotency_key_header, to_string(idempotency_key(crypto::random_uuid()))}};
    if (const auto device = device_at(api_.host()))
        headers.emplace_back(wire::device_header, to_string(*device));
    const auto answer = api_.post(path, body, repeat::safe, headers);
    if (!api_.sent_again() && answer.flag_or_none("replayed").value_or(false))
        throw failure(errc::unsafe_claim,
            "The ECS at " + api_.host() +
                " answered a new claim with positions that it had given out before; nothing was encrypted. Have its "
                "operator look whether something in between repeats requests or keeps answers, then try again.");
    return parse_claim(answer, size, delta_uuid);
}

} // namespace omegasafe::ecs
