// Routes of storages: buckets that users bring for their Deltas (field rules: docs/openapi.yaml).
#include "server/api/access.hpp"
#include "server/api/answer.hpp"
#include "server/api/services.hpp"
#include "server/api/storage_rules.hpp"

namespace omegasafe::server {

namespace {

constexpr std::size_t text_bytes = 1024;

struct storage_input {
    std::optional<std::string> name, provider, bucket_name, region, endpoint_url, remote_path;
    std::optional<std::string> access_key_id, secret_access_key;
};

storage_input read_input(fields& body) {
    const auto text = [&](const char* name) { return body.optional_text(name, text_bytes); };
    return {text("name"), text("provider"), text("bucket_name"), text("region"), text("endpoint_url"),
        text("remote_path"), text("access_key_id"), text("secret_access_key")};
}

void apply(const storage_input& input, storage_record& storage) {
    storage.name = input.name.value_or(storage.name);
    if (input.provider)
        storage.provider = require_provider(*input.provider);
    storage.bucket_name = input.bucket_name.value_or(storage.bucket_name);
    storage.region = input.region.value_or(storage.region);
    storage.endpoint_url = input.endpoint_url.value_or(storage.endpoint_url);
    storage.remote_path = input.remote_path.value_or(storage.remote_path);
}

bucket_credentials credentials_of(const storage_input& input) {
    require_credentials(*input.access_key_id, *input.secret_access_key);
    return {*input.access_key_id, crypto::secure_bytes{*input.secret_access_key}};
}

/// Tries the bucket out with these credentials and seals them into the record; the warning, if there is one.
json try_and_seal(const services& services, storage_record& storage, const bucket_credentials& credentials) {
    const auto found = services.files.bucket(storage, credentials, storage.user_uuid).check();
    storage.sealed_credentials = services.box.seal(storage.storage_uuid, credentials);
    if (found.can_delete)
        return nullptr;
    return "DELETE is not allowed in the bucket: Deltas that are deleted or were uploaded in vain stay there. "
           "Renewals, "
           "downloads and claims work.";
}

json outcome_of(const std::string& message, json warning, const storage_record& storage) {
    return {{"message", message}, {"warning", std::move(warning)}, {"storage", payload_of(storage)}};
}

} // namespace

response create_storage(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    for (const auto* needed : {"name", "provider", "bucket_name", "region", "access_key_id", "secret_access_key"})
        body.text(needed, text_bytes);
    const auto input = read_input(body);
    body.finish();
    storage_record storage;
    storage.storage_uuid = crypto::random_uuid();
    storage.user_uuid = call.user.user_uuid;
    storage.created_at = call.now;
    apply(input, storage);
    require_valid(storage, services.settings.allow_http_endpoints);
    auto warning = try_and_seal(services, storage, credentials_of(input));
    services.data.write([&](store& data) { data.add_storage(storage); });
    return answer(outcome_of("The storage was created.", std::move(warning), storage), 201);
}

response edit_storage(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    const auto storage_uuid = body.id("storage_uuid");
    const auto input = read_input(body);
    body.finish();
    auto storage = services.data.read([&](store& data) { return require_storage(data, call, storage_uuid); });
    if (is_internal(storage_uuid))
        throw refusal(api_error::invalid_storage, "The internal storage belongs to the server and cannot be edited.");
    if (input.access_key_id.has_value() != input.secret_access_key.has_value())
        throw refusal(api_error::invalid_storage, "access_key_id and secret_access_key come together.");
    if (input.provider && require_provider(*input.provider) != storage.provider && !input.access_key_id)
        throw refusal(api_error::invalid_storage, "Another provider needs its access_key_id and secret_access_key.");
    apply(input, storage);
    require_valid(storage, services.settings.allow_http_endpoints);
    auto warning = try_and_seal(services, storage,
        input.access_key_id ? credentials_of(input) : services.box.open(storage_uuid, storage.sealed_credentials));
    services.data.write([&](store& data) { data.replace_storage(storage); });
    return answer(outcome_of("The storage was edited.", std::move(warning), storage));
}

response list_storages(const services& services, const call& call) {
    fields::of_query(call.http).finish();
    return services.data.read([&](store& data) {
        auto storages = json::array();
        for (const auto& storage : data.storages_of(call.user.user_uuid))
            storages.push_back(payload_of(storage));
        storages.push_back(payload_of(internal_storage()));
        return answer({{"storages", std::move(storages)}});
    });
}

response view_storage(const services& services, const call& call) {
    auto query = fields::of_query(call.http);
    const auto storage_uuid = query.id("storage_uuid");
    query.finish();
    return services.data.read([&](store& data) {
        return answer({{"storage", payload_of(require_storage(data, call, storage_uuid))}});
    });
}

response delete_storage(const services& services, const call& call) {
    auto query = fields::of_query(call.http);
    const auto storage_uuid = query.id("storage_uuid");
    query.finish();
    return services.data.write([&](store& data) {
        require_storage(data, call, storage_uuid);
        if (is_internal(storage_uuid))
            throw refusal(
                api_error::invalid_storage, "The internal storage belongs to the server and cannot be deleted.");
        if (data.uses_of_storage(storage_uuid) > 0)
            throw refusal(
                api_error::storage_in_use, "Keys keep their Deltas in this storage; edit or delete them first.");
        data.delete_storage(storage_uuid);
        return answer({{"message", "The storage was deleted; what is in the bucket stays."}});
    });
}

} // namespace omegasafe::server
