#include "cli/key_context.hpp"

#include "storage/records/cache_entry.hpp"
#include <algorithm>

namespace omegasafe::cli {

key_context open_key(session& session, const std::string& key_uuid_flag) {
    key_context key{
        .key_uuid = parse_uuid_flag(key_uuid_flag, "--key-uuid"), .iterations = {}, .ecs_uuid = {}, .ecs = {}};
    const auto actors = session.actors();
    key.iterations = session.ask<iterations_ptr>(actors.key_store, list_key_iterations{key.key_uuid});
    const auto cache = session.ask<cache_entries_ptr>(actors.claim_cache, list_cache_entries{key.key_uuid});
    if (cache->empty())
        return key;
    key.ecs_uuid = cache->back().ecs_uuid;
    const auto configured = session.ask<std::vector<ecs_entry>>(actors.ecs_directory, list_ecs{});
    const auto found = std::ranges::find(configured, *key.ecs_uuid, &ecs_entry::ecs_uuid);
    if (found != configured.end())
        key.ecs = *found;
    return key;
}

const ecs_entry& require_ecs(const key_context& key) {
    if (!key.ecs_uuid)
        throw failure(errc::ecs_unknown, "Key " + crypto::to_string(key.key_uuid) +
                                             " is not linked to an ECS on this device; import it again with "
                                             "import-key.");
    if (!key.ecs)
        throw failure(errc::ecs_unknown, "The ECS " + crypto::to_string(*key.ecs_uuid) + " of key " +
                                             crypto::to_string(key.key_uuid) +
                                             " is not configured on this device; add it with import-ecs.");
    return *key.ecs;
}

ecs_connection_actor connection_to(session& session, const ecs_entry& ecs) {
    return session.ask<ecs_connection_actor>(session.actors().ecs_directory, connect_ecs{ecs.ecs_uuid});
}

ecs_account_actor account_of(session& session, const ecs_entry& ecs) {
    return session.ask<ecs_account_actor>(session.actors().ecs_directory, connect_account{ecs.ecs_uuid});
}

ecs_entry http_ecs_of(session& session, const uuid& ecs_uuid, const std::string& command) {
    auto ecs = session.ask<ecs_entry>(session.actors().ecs_directory, resolve_ecs{ecs_uuid});
    require_http(ecs, command);
    return ecs;
}

void require_http(const ecs_entry& ecs, const std::string& what) {
    if (ecs.type == ecs_type::sfc)
        throw failure(errc::ecs_type_mismatch, what + " needs an HTTP ECS; " + ecs.name +
                                                   " is an SFC ECS, which keeps its Deltas in its own file " +
                                                   ecs.path + ".");
}

std::string type_name(ecs_type type) {
    return type == ecs_type::sfc ? "SFC" : "HTTP";
}

std::string describe(const ecs_entry& ecs) {
    return ecs.name + " (" + crypto::to_string(ecs.ecs_uuid) + ", " + type_name(ecs.type) + ", " +
           (ecs.type == ecs_type::sfc ? ecs.path : ecs.url) + ")";
}

} // namespace omegasafe::cli
