// Routes of the caller: who am I, API keys, versions.
#include "server/api/answer.hpp"
#include "server/api/services.hpp"
#include "server/auth/api_key.hpp"

namespace omegasafe::server {

response login(const services& services, const call& call) {
    fields::of_body(call.http).finish();
    return answer({{"user", payload_of(call.user)}, {"api_key_uuid", crypto::to_string(call.api_key_uuid)},
        {"server_name", services.settings.server_name}, {"server_version", OMEGASAFE_VERSION}});
}

response create_api_key(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    const auto name = body.name("name");
    body.finish();
    const auto fresh = generate_api_key();
    services.data.write([&](store& data) {
        data.add_api_key({fresh.api_key_uuid, call.user.user_uuid, name, secret_hash(fresh), call.now, {}, {}});
    });
    return answer({{"api_key_uuid", crypto::to_string(fresh.api_key_uuid)}, {"name", name},
                      {"api_key", std::string{api_key_text(fresh).text()}}},
        201);
}

response list_api_keys(const services& services, const call& call) {
    fields::of_query(call.http).finish();
    return services.data.read([&](store& data) {
        auto keys = json::array();
        for (const auto& key : data.api_keys(call.user.user_uuid))
            keys.push_back(payload_of(key));
        return answer({{"api_keys", std::move(keys)}});
    });
}

response revoke_api_key(const services& services, const call& call) {
    auto body = fields::of_body(call.http);
    const auto api_key_uuid = body.id("api_key_uuid");
    body.finish();
    return services.data.write([&](store& data) {
        if (!data.revoke_api_key(call.user.user_uuid, api_key_uuid, call.now))
            throw refusal(api_error::api_key_unknown, "There is no API key " + crypto::to_string(api_key_uuid) + ".");
        return answer({{"message", "The API key was revoked."}});
    });
}

response latest_cli_version(const services& services, const call& call) {
    fields::of_query(call.http).finish();
    return answer({{"latest_version", services.settings.latest_cli_version}});
}

} // namespace omegasafe::server
