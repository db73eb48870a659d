// Routes of Deltas: list, upload, confirm, download, delete; and the objects of the internal storage's folder.
#include "messages/limits.hpp"
#include "server/api/access.hpp"
#include "server/api/answer.hpp"
#include "server/api/delta_upload.hpp"
#include "server/api/limits.hpp"
#include "wire/field_rules.hpp"
#include "wire/upload_terms.hpp"

namespace omegasafe::server {

namespace {

json payload_of(const header_list& headers) {
    auto all = json::object();
    for (const auto& [name, value] : headers)
        all[name] = value;
    return all;
}

delta_offer read_offer(const call& call) {
    auto body = fields::of_body(call.http);
    delta_offer offer;
    offer.key_uuid = body.id("key_uuid");
    offer.delta_uuid = body.id("delta_uuid");
    offer.seq_number = body.number("seq_number", 1, wire::largest_number);
    offer.positions.first = body.position("start_global_position");
    offer.positions.last = body.position("end_global_position");
    offer.size_bytes = body.number("size_bytes", 1, wire::largest_number);
    offer.content_md5 = body.text("content_md5", wire::content_md5_length);
    body.finish();
    if (offer.size_bytes > limits::delta_container_bytes)
        throw refusal(api_error::payload_too_large, "A Delta has at most 10 MiB.");
    if (!wire::is_content_md5(offer.content_md5))
        throw refusal(api_error::invalid_request, "The field content_md5 is no MD5 in base64.");
    return offer;
}

delta_record require_delta(store& data, const uuid& key_uuid, const uuid& delta_uuid) {
    auto delta = data.delta(key_uuid, delta_uuid);
    if (!delta)
        throw refusal(api_error::delta_unknown,
            "The key " + crypto::to_string(key_uuid) + " has no Delta " + crypto::to_string(delta_uuid) + ".");
    return *delta;
}

struct download {
    delta_record delta;
    storage_record put_at, now_at; // where its file was put, and where the key keeps Deltas now
};

/// Counts the download, if it is of the internal storage.
download begin_download(const services& services, const call& call, const uuid& key_uuid, const uuid& delta_uuid) {
    return services.data.write([&](store& data) {
        const auto key = require_key(data, call, key_uuid, operation::download_delta);
        const auto delta = require_delta(data, key_uuid, delta_uuid);
        if (delta.deleted_at)
            throw refusal(
                api_error::delta_unknown, "The file of Delta " + crypto::to_string(delta_uuid) + " was deleted.");
        if (is_internal(key.storage_uuid) && is_internal(delta.storage_uuid)) {
            require_below_limit(data, services.settings.limits, key_uuid, transfer_kind::download, call.now);
            data.count_transfer(key_uuid, transfer_kind::download, call.now);
        }
        return download{delta, storage_named(data, delta.storage_uuid), storage_named(data, key.storage_uuid)};
    });
}

object_permit permit_of(const services& services, const call& call) {
    const auto permit = services.signer.check(call.http, call.now);
    if (!permit || services.files.folder() == nullptr)
        throw refusal(
            api_error::object_unknown, "There is no such object, or the URL's time is over; ask for a new one.");
    return *permit;
}

} // namespace

response list_deltas(const services& services, const call& call) {
    auto query = fields::of_query(call.http);
    const auto key_uuid = query.id("key_uuid");
    query.finish();
    return services.data.read([&](store& data) {
        require_key(data, call, key_uuid, operation::list_deltas);
        auto deltas = json::array();
        for (const auto& delta : data.deltas(key_uuid))
            deltas.push_back(server::payload_of(delta));
        return answer({{"deltas", std::move(deltas)}});
    });
}

response delta_upload_url(const services& services, const call& call) {
    const auto accepted = accept_offer(services, call, read_offer(call));
    return answer(
        {{"upload_attempt_uuid", crypto::to_string(accepted.attempt_uuid)}, {"method", accepted.transfer.method},
            {"upload_url", accepted.transfer.url}, {"headers", payload_of(accepted.transfer.headers)},
            {"expires_at", time_text(accepted.transfer.expires_at)}},
        201);
}

response confirm_delta_upload(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    const auto key_uuid = body.id("key_uuid");
    const auto delta_uuid = body.id("delta_uuid");
    const auto attempt_uuid = body.id("upload_attempt_uuid");
    body.finish();
    const auto confirmed = confirm_upload(services, call, key_uuid, delta_uuid, attempt_uuid);
    return answer({{"delta", server::payload_of(confirmed.delta)}}, confirmed.known ? 200 : 201);
}

response delta_download_url(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    const auto key_uuid = body.id("key_uuid");
    const auto delta_uuid = body.id("delta_uuid");
    body.finish();
    const auto found = begin_download(services, call, key_uuid, delta_uuid);
    auto place = services.files.at(found.now_at, call.user.user_uuid);
    // A key whose storage was changed: the file may have been carried there, or still be where it was.
    const bool moved = found.now_at.storage_uuid != found.put_at.storage_uuid;
    if (moved && !place->exists({key_uuid, delta_uuid}))
        place = services.files.at(found.put_at, call.user.user_uuid);
    const auto transfer = place->sign_download({key_uuid, delta_uuid}, call.now);
    return answer({{"method", transfer.method}, {"download_url", transfer.url},
        {"headers", payload_of(transfer.headers)}, {"size_bytes", found.delta.size_bytes},
        {"content_md5", found.delta.content_md5}, {"expires_at", time_text(transfer.expires_at)}});
}

response delete_delta(const services& services, const call& call) {
    auto query = fields::of_query(call.http);
    const auto key_uuid = query.id("key_uuid");
    const auto delta_uuid = query.id("delta_uuid");
    query.finish();
    const auto places = services.data.write([&](store& data) {
        const auto key = require_key(data, call, key_uuid, operation::delete_delta);
        const auto delta = require_delta(data, key_uuid, delta_uuid);
        if (delta.seq_number == key.latest_seq)
            throw refusal(api_error::delta_in_use, "The newest Delta is in use and cannot be deleted.");
        data.mark_delta_deleted(delta_uuid, call.now);
        std::vector<storage_record> all{storage_named(data, delta.storage_uuid)};
        if (delta.storage_uuid != key.storage_uuid) // it may have been carried there
            all.push_back(storage_named(data, key.storage_uuid));
        return all;
    });
    bool gone = true;
    for (const auto& place : places)
        gone = services.files.at(place, call.user.user_uuid)->remove({key_uuid, delta_uuid}) && gone;
    return answer({{"message", "The file of the Delta was deleted; its positions stay used."},
        {"warning", gone ? json(nullptr) : json("The file could not be removed from its storage.")}});
}

response put_object(const services& services, const call& call) {
    const auto permit = permit_of(services, call);
    if (call.http.body.size() != permit.size_bytes ||
        wire::content_md5(crypto::as_bytes(call.http.body)) != permit.content_md5)
        throw refusal(api_error::upload_mismatch, "The body has not the size and MD5 that the URL is for.");
    if (!services.files.folder()->put({permit.key_uuid, permit.delta_uuid}, permit.attempt_uuid, call.http.body))
        throw refusal(api_error::precondition_failed, "There is an object of that name already.");
    return answer(json::object());
}

response get_object(const services& services, const call& call) {
    const auto permit = permit_of(services, call);
    const auto object = services.files.folder()->fetch({permit.key_uuid, permit.delta_uuid});
    if (!object)
        throw refusal(api_error::object_unknown, "There is no such object.");
    return {200, {object->bytes.begin(), object->bytes.end()}, "application/octet-stream"};
}

} // namespace omegasafe::server
