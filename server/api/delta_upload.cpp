#include "server/api/delta_upload.hpp"

#include "server/api/access.hpp"
#include "server/api/limits.hpp"
#include "storage/container/sfc.hpp"
#include "wire/upload_terms.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::server {

namespace {

void require_next(store& data, const key_record& key, const delta_offer& offer) {
    if (offer.seq_number == key.latest_seq + 1 && !data.delta(key.key_uuid, offer.delta_uuid))
        return;
    const auto there = data.delta_at(key.key_uuid, offer.seq_number);
    throw refusal(api_error::delta_conflict,
        "The newest Delta of the key is " + std::to_string(key.latest_seq) + ", so only " +
            std::to_string(key.latest_seq + 1) + " can follow; pull what is missing.",
        {{"authoritative_delta_uuid", there ? json(crypto::to_string(there->delta_uuid)) : json(nullptr)},
            {"latest_seq_number", key.latest_seq}});
}

void require_positions(const key_record& key, const delta_offer& offer) {
    if (offer.positions != crypto::positions_of_iteration(offer.seq_number, key.alpha_capacity))
        throw refusal(
            api_error::invalid_request, "The field start_global_position or end_global_position is not this Delta's.");
}

refusal mismatch(const std::string& sentence) {
    return {api_error::upload_mismatch, sentence};
}

/// A Delta travels as a container; the server looks at its structure and cannot open what is in it.
void require_container(std::vector<std::uint8_t> bytes) {
    try {
        const auto source = std::make_shared<storage::memory_source>(std::move(bytes), "The upload");
        storage::read_sfc_header(*source);
    } catch (const failure& problem) {
        throw mismatch("What was uploaded is no Secure File Container: " + std::string{problem.what()});
    }
}

void require_as_offered(const stored_object& object, const upload_record& upload) {
    if (object.attempt_uuid != upload.upload_attempt_uuid)
        throw mismatch("There is an object of another upload attempt in the storage.");
    if (object.bytes.size() != upload.size_bytes || wire::content_md5(object.bytes) != upload.content_md5)
        throw mismatch("What was uploaded has not the size and MD5 that were announced.");
    require_container(object.bytes);
}

struct upload_state {
    std::optional<delta_record> known;
    upload_record upload;
    storage_record storage;
};

upload_state read_state(
    store& data, const call& call, const uuid& key_uuid, const uuid& delta_uuid, const uuid& attempt_uuid) {
    require_key(data, call, key_uuid, operation::upload_delta);
    const auto upload = data.upload(attempt_uuid);
    if (!upload || upload->key_uuid != key_uuid || upload->delta_uuid != delta_uuid)
        throw mismatch("There is no such upload attempt; ask for a new upload URL.");
    return {data.delta(key_uuid, delta_uuid), *upload, storage_named(data, upload->storage_uuid)};
}

delta_record record_of(const upload_record& upload, std::uint64_t capacity, unix_time now) {
    return {upload.delta_uuid, upload.key_uuid, upload.seq_number, 0, capacity, upload.size_bytes, upload.content_md5,
        upload.storage_uuid, now, {}};
}

} // namespace

accepted_offer accept_offer(const services& services, const call& call, const delta_offer& offer) {
    const auto attempt_uuid = crypto::random_uuid();
    const auto storage = services.data.write([&](store& data) {
        const auto key = require_key(data, call, offer.key_uuid, operation::upload_delta);
        require_next(data, key, offer);
        require_positions(key, offer);
        const upload_record upload{attempt_uuid, offer.key_uuid, offer.delta_uuid, key.storage_uuid, offer.seq_number,
            offer.size_bytes, offer.content_md5, call.now, call.now + services.settings.url_lifetime.count()};
        if (is_internal(key.storage_uuid))
            require_below_limit(data, services.settings.limits, key.key_uuid, transfer_kind::upload, call.now,
                data.other_uploads(upload)); // else files that are never confirmed would fill the disk
        data.add_upload(upload);
        return storage_named(data, key.storage_uuid);
    });
    return {attempt_uuid, services.files.at(storage, call.user.user_uuid)
                              ->sign_upload({offer.key_uuid, offer.delta_uuid},
                                  {attempt_uuid, offer.size_bytes, offer.content_md5}, call.now)};
}

confirmed_delta confirm_upload(const services& services, const call& call, const uuid& key_uuid, const uuid& delta_uuid,
    const uuid& attempt_uuid) {
    const auto state =
        services.data.read([&](store& data) { return read_state(data, call, key_uuid, delta_uuid, attempt_uuid); });
    if (state.known)
        return {*state.known, true};
    const auto place = services.files.at(state.storage, call.user.user_uuid);
    const object_name name{key_uuid, delta_uuid};
    const auto object = place->fetch(name);
    if (!object)
        throw mismatch("The upload has not arrived in the storage.");
    try {
        require_as_offered(*object, state.upload);
        return services.data.write([&](store& data) -> confirmed_delta {
            const auto key = require_key(data, call, key_uuid, operation::upload_delta);
            if (const auto known = data.delta(key_uuid, delta_uuid))
                return {*known, true};
            if (!data.hold_upload(attempt_uuid))
                throw mismatch("The upload attempt is too old; ask for a new upload URL.");
            data.add_delta(record_of(state.upload, key.alpha_capacity, call.now));
            if (is_internal(state.upload.storage_uuid))
                data.count_transfer(key_uuid, transfer_kind::upload, call.now);
            return {*data.delta(key_uuid, delta_uuid), false};
        });
    } catch (const refusal& no) {
        // Nobody can use it: a name is taken only by what is registered. Another attempt's object may yet be confirmed,
        // and so may this one by somebody else when only this user may not.
        const bool useless = no.code() == api_error::upload_mismatch || no.code() == api_error::delta_conflict;
        if (useless && object->attempt_uuid == attempt_uuid)
            place->remove(name);
        throw;
    }
}

} // namespace omegasafe::server
