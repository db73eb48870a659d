#include "server/api/output.hpp"

#include <fmt/chrono.h>

namespace omegasafe::server {

namespace {

json id_text(const uuid& id) {
    return crypto::to_string(id);
}

json text_or_null(const std::string& text) {
    return text.empty() ? json(nullptr) : json(text);
}

json time_or_null(const std::optional<unix_time>& time) {
    return time ? json(time_text(*time)) : json(nullptr);
}

json position(crypto::u128 value) {
    return crypto::position_to_json<json>(value);
}

} // namespace

std::string time_text(unix_time seconds) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

json payload_of(const user_record& user) {
    return {{"user_uuid", id_text(user.user_uuid)}, {"email", user.email}, {"name", user.name}};
}

json payload_of(const key_record& key, const storage_record& storage) {
    return {{"key_uuid", id_text(key.key_uuid)}, {"name", key.name}, {"omegasafe_version", key.omegasafe_version},
        {"alpha_global_position_capacity", position(key.alpha_capacity)},
        {"alpha_next_global_position", position(key.alpha_next)}, {"latest_seq_number", key.latest_seq},
        {"storage_uuid", id_text(key.storage_uuid)}, {"storage_name", storage.name},
        {"storage_is_internal", is_internal(key.storage_uuid)}, {"role_id", static_cast<int>(key.my_role)},
        {"role_name", role_name(key.my_role)}, {"user_key_relation_uuid", id_text(key.relation_uuid)},
        {"created_at", time_text(key.created_at)}};
}

json payload_of(const delta_record& delta) {
    return {{"delta_uuid", id_text(delta.delta_uuid)}, {"seq_number", delta.seq_number},
        {"start_global_position", position(delta.positions().first)},
        {"end_global_position", position(delta.positions().last)},
        {"next_global_position", position(delta.next_position())}, {"size_bytes", delta.size_bytes},
        {"content_md5", delta.content_md5}, {"created_at", time_text(delta.created_at)},
        {"deleted_at", time_or_null(delta.deleted_at)}};
}

json payload_of(const storage_record& storage) {
    const auto& rules = wire::rules_of(storage.provider);
    return {{"storage_uuid", id_text(storage.storage_uuid)}, {"name", storage.name}, {"provider", rules.name},
        {"bucket_name", text_or_null(storage.bucket_name)}, {"region", text_or_null(storage.region)},
        {"endpoint_url", text_or_null(storage.endpoint_url)}, {"remote_path", text_or_null(storage.remote_path)},
        {"is_internal", is_internal(storage.storage_uuid)}, {"storage_type_id", rules.type_id},
        {"storage_type_name", rules.type_name}, {"storage_badge", rules.badge}};
}

json payload_of(const invite_record& invite) {
    return {{"invite_uuid", id_text(invite.invite_uuid)}, {"key_uuid", id_text(invite.key_uuid)},
        {"key_name", invite.key_name}, {"email", invite.email}, {"role_id", static_cast<int>(invite.role_id)},
        {"role_name", role_name(invite.role_id)}, {"invited_by_email", invite.invited_by_email},
        {"created_at", time_text(invite.created_at)}};
}

json payload_of(const share_record& share) {
    return {{"user_key_relation_uuid", id_text(share.relation_uuid)}, {"invite_uuid", nullptr},
        {"user_uuid", id_text(share.user_uuid)}, {"email", share.email}, {"role_id", static_cast<int>(share.role_id)},
        {"role_name", role_name(share.role_id)}, {"status", "accepted"}, {"created_at", time_text(share.created_at)}};
}

json pending_share(const invite_record& invite) {
    return {{"user_key_relation_uuid", nullptr}, {"invite_uuid", id_text(invite.invite_uuid)}, {"user_uuid", nullptr},
        {"email", invite.email}, {"role_id", static_cast<int>(invite.role_id)},
        {"role_name", role_name(invite.role_id)}, {"status", "pending"}, {"created_at", time_text(invite.created_at)}};
}

json payload_of(const api_key_record& key) {
    return {{"api_key_uuid", id_text(key.api_key_uuid)}, {"name", key.name}, {"created_at", time_text(key.created_at)},
        {"last_used_at", time_or_null(key.last_used_at)}, {"revoked_at", time_or_null(key.revoked_at)}};
}

} // namespace omegasafe::server
