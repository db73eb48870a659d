// Routes of keys: create, view, list, edit, delete, limits.
#include "server/api/access.hpp"
#include "server/api/answer.hpp"
#include "server/api/limits.hpp"
#include "server/api/services.hpp"
#include "wire/field_rules.hpp"
#include <set>

namespace omegasafe::server {

namespace {

response key_answer(store& data, const call& call, const uuid& key_uuid, unsigned status = 200) {
    const auto key = require_key(data, call, key_uuid);
    return answer({{"key", payload_of(key, storage_named(data, key.storage_uuid))}}, status);
}

/// A client that lost the answer to its create asks again.
bool is_repeated(const key_record& known, const key_record& wanted) {
    return known.my_role == role::owner && known.latest_seq == 0 && known.alpha_next == 0 &&
           known.name == wanted.name && known.omegasafe_version == wanted.omegasafe_version &&
           known.alpha_capacity == wanted.alpha_capacity && known.storage_uuid == wanted.storage_uuid;
}

/// Files stay where they are; from a bucket there is no way back into the internal storage.
void require_storage_change(store& data, const call& call, const key_record& key, const uuid& storage_uuid) {
    require_storage(data, call, storage_uuid);
    if (is_internal(storage_uuid) && !is_internal(key.storage_uuid))
        throw refusal(api_error::invalid_storage, "A key cannot be switched back to the internal storage.");
}

/// The files of a key, best effort; true when all are gone. A storage that fails once is not asked again.
bool remove_files(const services& services, const call& call, const std::vector<std::pair<storage_record, uuid>>& files,
    const uuid& key_uuid) {
    std::set<uuid> failed;
    for (const auto& [storage, delta_uuid] : files) {
        try {
            if (!failed.contains(storage.storage_uuid) &&
                !services.files.at(storage, call.user.user_uuid)->remove({key_uuid, delta_uuid}))
                failed.insert(storage.storage_uuid);
        } catch (const std::exception&) {
            failed.insert(storage.storage_uuid);
        }
    }
    return failed.empty();
}

} // namespace

response create_key(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    key_record key;
    key.key_uuid = body.id("key_uuid");
    key.name = body.name("name");
    key.omegasafe_version = body.name("omegasafe_version");
    key.alpha_capacity = body.number("alpha_global_position_capacity", 1, wire::largest_capacity);
    key.storage_uuid = body.optional_id("storage_uuid").value_or(internal_storage().storage_uuid);
    key.created_at = call.now;
    body.finish();
    const auto relation_uuid = crypto::random_uuid();
    return services.data.write([&](store& data) {
        require_storage(data, call, key.storage_uuid);
        if (const auto known = data.key_of(call.user.user_uuid, key.key_uuid); known && is_repeated(*known, key))
            return key_answer(data, call, key.key_uuid);
        data.add_key(key, call.user.user_uuid, relation_uuid);
        return key_answer(data, call, key.key_uuid, 201);
    });
}

response view_key(const services& services, const call& call) {
    auto query = fields::of_query(call.http);
    const auto key_uuid = query.id("key_uuid");
    query.finish();
    return services.data.read([&](store& data) { return key_answer(data, call, key_uuid); });
}

response list_keys(const services& services, const call& call) {
    fields::of_query(call.http).finish();
    return services.data.read([&](store& data) {
        auto keys = json::array();
        for (const auto& key : data.keys_of(call.user.user_uuid))
            keys.push_back(payload_of(key, storage_named(data, key.storage_uuid)));
        return answer({{"keys", std::move(keys)}});
    });
}

response edit_key(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    const auto key_uuid = body.id("key_uuid");
    const auto name = body.optional_name("name");
    const auto version = body.optional_name("omegasafe_version");
    const auto storage_uuid = body.optional_id("storage_uuid");
    body.finish();
    return services.data.write([&](store& data) {
        const auto key =
            require_key(data, call, key_uuid, storage_uuid ? operation::edit_key_storage : operation::edit_key);
        if (storage_uuid && *storage_uuid != key.storage_uuid)
            require_storage_change(data, call, key, *storage_uuid);
        data.edit_key(key_uuid, name, version, storage_uuid);
        const auto now = require_key(data, call, key_uuid);
        return answer(
            {{"message", "The key was edited."}, {"key", payload_of(now, storage_named(data, now.storage_uuid))}});
    });
}

response delete_key(const services& services, const call& call) {
    auto query = fields::of_query(call.http);
    const auto key_uuid = query.id("key_uuid");
    query.finish();
    const auto files = services.data.write([&](store& data) {
        const auto key = require_key(data, call, key_uuid, operation::delete_key);
        std::vector<std::pair<storage_record, uuid>> all;
        for (const auto& delta : data.deltas(key_uuid)) {
            if (!delta.deleted_at)
                all.emplace_back(storage_named(data, delta.storage_uuid), delta.delta_uuid);
            if (!delta.deleted_at && delta.storage_uuid != key.storage_uuid) // it may have been carried there
                all.emplace_back(storage_named(data, key.storage_uuid), delta.delta_uuid);
        }
        for (const auto& upload : data.unconfirmed_uploads(key_uuid))
            all.emplace_back(storage_named(data, upload.storage_uuid), upload.delta_uuid);
        data.delete_key(key_uuid, call.now);
        return all;
    });
    const bool clean = remove_files(services, call, files, key_uuid);
    std::set<uuid> deltas;
    for (const auto& [storage, delta_uuid] : files)
        deltas.insert(delta_uuid);
    return answer({{"message", "The key was deleted."}, {"deltas_deleted", deltas.size()},
        {"warning", clean ? json(nullptr) : json("Some Delta files could not be removed from their storage.")}});
}

response key_limits(const services& services, const call& call) {
    auto query = fields::of_query(call.http);
    const auto key_uuid = query.id("key_uuid");
    query.finish();
    return services.data.read([&](store& data) {
        const auto key = require_key(data, call, key_uuid);
        if (!is_internal(key.storage_uuid))
            return answer(
                {{"message", "The key keeps its Deltas in a storage of your own; this server sets no limits there."},
                    {"usage", nullptr}});
        return answer({{"message", nullptr}, {"usage", usage_of(data, services.settings.limits, key_uuid, call.now)}});
    });
}

} // namespace omegasafe::server
