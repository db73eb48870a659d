#include "ecs/ecs_http_account.hpp"

#include "ecs/ecs_http.hpp"
#include "wire/routes.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::ecs {

namespace {

using crypto::to_string;
using nlohmann::json;

usage_metric parse_metric(const std::string& scope, const json_answer& answer) {
    return {scope, answer.number_or_none("used"), answer.number_or_none("limit"), answer.number_or_none("remaining"),
        answer.number_or_none("percentage"), answer.flag_or_none("has_limit")};
}

std::vector<usage_metric> parse_metrics(const json_answer& answer, std::initializer_list<const char*> scopes) {
    std::vector<usage_metric> metrics;
    for (const auto* scope : scopes)
        if (const auto metric = answer.object_or_none(scope))
            metrics.push_back(parse_metric(scope, *metric));
    return metrics;
}

json fields_without_secrets(const storage_fields& fields) {
    json body = json::object();
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
        if (value)
            body[name] = *value;
    };
    add("name", fields.name);
    add("provider", fields.provider);
    add("bucket_name", fields.bucket_name);
    add("region", fields.region);
    add("endpoint_url", fields.endpoint_url);
    add("remote_path", fields.remote_path);
    return body;
}

/// The credentials are put into the text by hand: a JSON library would leave copies of them all over the heap.
crypto::secure_bytes with_credentials(const json& body, const storage_fields& fields) {
    auto text = body.dump(-1, ' ', false, json::error_handler_t::replace);
    text.pop_back(); // the closing brace
    std::vector<std::string_view> parts{text};
    const auto add = [&](std::string_view name, const secret_ptr& value) {
        if (!value)
            return;
        const auto plain = [](unsigned char c) { return c > ' ' && c < 127 && c != '"' && c != '\\'; };
        if (!std::ranges::all_of(value->text(), plain))
            throw failure(errc::usage, "The " + std::string{name} + " has a character that no access key has.");
        if (parts.size() > 1 || text.size() > 1)
            parts.emplace_back(",");
        parts.insert(parts.end(), {"\"", name, "\":\"", value->text(), "\""});
    };
    add("access_key_id", fields.access_key_id);
    add("secret_access_key", fields.secret_access_key);
    parts.emplace_back("}");
    std::size_t size = 0;
    for (const auto part : parts)
        size += part.size();
    crypto::secure_bytes out(size);
    auto* end = out.data();
    for (const auto part : parts)
        end = std::copy(part.begin(), part.end(), end);
    return out;
}

} // namespace

ecs_account parse_account(const json_answer& answer) {
    const auto user = answer.object("user");
    return {user.id("user_uuid"), user.text("email"), user.text("name"), answer.text("server_name"),
        answer.text("server_version")};
}

ecs_storage parse_storage(const json_answer& answer) {
    return {answer.id("storage_uuid"), answer.text("name"), answer.text("provider"),
        answer.text_or_none("bucket_name").value_or(""), answer.text_or_none("region").value_or(""),
        answer.text_or_none("endpoint_url").value_or(""), answer.text_or_none("remote_path").value_or(""),
        answer.flag("is_internal"), static_cast<int>(std::min<std::uint64_t>(answer.number("storage_type_id"), 1000)),
        answer.text("storage_type_name"), answer.text("storage_badge")};
}

ecs_outcome parse_outcome(const json_answer& answer) {
    ecs_outcome outcome{answer.text("message"), answer.text_or_none("warning"), {}};
    if (const auto storage = answer.object_or_none("storage"))
        outcome.storage = parse_storage(*storage);
    return outcome;
}

key_limits parse_limits(const json_answer& answer) {
    key_limits limits{answer.text_or_none("message"), false, {}, {}};
    if (const auto usage = answer.object_or_none("usage")) {
        limits.has_usage = true;
        limits.uploads = parse_metrics(usage->object("uploads"), {"daily", "monthly", "stored"});
        limits.downloads = parse_metrics(usage->object("downloads"), {"daily", "monthly"});
    }
    return limits;
}

key_invite parse_invite(const json_answer& answer) {
    return {answer.id("invite_uuid"), answer.id("key_uuid"), answer.text("key_name"), answer.text("email"),
        answer.text("role_name"), answer.text("invited_by_email"), answer.text("created_at"), parse_role(answer)};
}

key_share parse_share(const json_answer& answer) {
    key_share share{answer.text("email"), answer.text("role_name"), answer.text("status"), answer.text("created_at"),
        parse_role(answer)};
    if (share.status != "accepted" && share.status != "pending")
        answer.refuse("has a share that is neither accepted nor pending");
    return share;
}

ecs_account ecs_http_account::account() {
    return parse_account(api_.post(wire::routes::login, json::object(), repeat::safe));
}

std::vector<ecs_storage> ecs_http_account::storages() {
    std::vector<ecs_storage> storages;
    const auto answer = api_.get(wire::routes::list_storages);
    for (const auto& element : answer.list("storages"))
        storages.push_back(parse_storage(element));
    return storages;
}

ecs_storage ecs_http_account::storage_of(const uuid& storage_uuid) {
    return parse_storage(api_.get(wire::routes::view_storage, {{"storage_uuid", storage_uuid}}).object("storage"));
}

ecs_outcome ecs_http_account::create_storage(const storage_fields& fields) {
    return parse_outcome(api_.send_secret(
        "POST", wire::routes::create_storage, with_credentials(fields_without_secrets(fields), fields)));
}

ecs_outcome ecs_http_account::edit_storage(const uuid& storage_uuid, const storage_fields& fields) {
    auto body = fields_without_secrets(fields);
    body["storage_uuid"] = to_string(storage_uuid);
    return parse_outcome(api_.send_secret("PATCH", wire::routes::edit_storage, with_credentials(body, fields)));
}

ecs_outcome ecs_http_account::delete_storage(const uuid& storage_uuid) {
    return parse_outcome(api_.remove(wire::routes::delete_storage, {{"storage_uuid", storage_uuid}}));
}

key_limits ecs_http_account::limits_of(const uuid& key_uuid) {
    return parse_limits(api_.get(wire::routes::key_limits, {{"key_uuid", key_uuid}}));
}

key_invite ecs_http_account::invite(const invite_to_key& request) {
    return parse_invite(api_.post(wire::routes::invite_to_key,
                                {{"key_uuid", to_string(request.key_uuid)}, {"email", request.email},
                                    {"role_id", static_cast<int>(request.role)}},
                                repeat::never)
                            .object("invite"));
}

std::vector<key_share> ecs_http_account::shares(const uuid& key_uuid) {
    std::vector<key_share> shares;
    const auto answer = api_.get(wire::routes::list_shares, {{"key_uuid", key_uuid}});
    for (const auto& element : answer.list("shares"))
        shares.push_back(parse_share(element));
    return shares;
}

std::vector<key_invite> ecs_http_account::invites() {
    std::vector<key_invite> invites;
    const auto answer = api_.get(wire::routes::list_invites);
    for (const auto& element : answer.list("invites"))
        invites.push_back(parse_invite(element));
    return invites;
}

ecs_outcome ecs_http_account::answer(const answer_invite& request) {
    return parse_outcome(api_.post(request.accept ? wire::routes::accept_invite : wire::routes::decline_invite,
        {{"invite_uuid", to_string(request.invite_uuid)}}, repeat::never));
}

ecs_outcome ecs_http_account::revoke(const revoke_key_share& request) {
    return parse_outcome(api_.post(wire::routes::revoke_share,
        {{"key_uuid", to_string(request.key_uuid)}, {"email", request.email}}, repeat::never));
}

std::string ecs_http_account::latest_version() {
    return api_.get(wire::routes::latest_cli_version, {}, repeat::never)
        .text("latest_version"); // nobody waits for this
}

} // namespace omegasafe::ecs
