#include "server/api/limits.hpp"

#include "server/refusal.hpp"
#include <array>

namespace omegasafe::server {

namespace {

constexpr unix_time day = 86'400, month = 30 * day;

struct metric {
    const char* scope;
    std::uint64_t used, limit;
};

std::vector<metric> metrics_of(
    store& data, const storage_limits& limits, const uuid& key_uuid, transfer_kind kind, unix_time now) {
    const auto since = [&](unix_time time) { return data.transfers_since(key_uuid, kind, now - time); };
    if (kind == transfer_kind::download)
        return {{"daily", since(day), limits.downloads_daily}, {"monthly", since(month), limits.downloads_monthly}};
    return {{"daily", since(day), limits.uploads_daily}, {"monthly", since(month), limits.uploads_monthly},
        {"stored", data.stored_deltas(key_uuid, internal_storage().storage_uuid), limits.uploads_stored}};
}

json payload_of(const std::vector<metric>& metrics) {
    auto all = json::object();
    for (const auto& [scope, used, limit] : metrics) {
        const bool limited = limit > 0;
        all[scope] = {{"used", used}, {"limit", limited ? json(limit) : json(nullptr)},
            {"remaining", limited ? json(limit > used ? limit - used : 0) : json(nullptr)},
            {"percentage", limited ? json(used * 100 / limit) : json(nullptr)}, {"has_limit", limited}};
    }
    return all;
}

} // namespace

json usage_of(store& data, const storage_limits& limits, const uuid& key_uuid, unix_time now) {
    return {{"uploads", payload_of(metrics_of(data, limits, key_uuid, transfer_kind::upload, now))},
        {"downloads", payload_of(metrics_of(data, limits, key_uuid, transfer_kind::download, now))}};
}

void require_below_limit(store& data, const storage_limits& limits, const uuid& key_uuid, transfer_kind kind,
    unix_time now, std::uint64_t under_way) {
    const auto* const what = kind == transfer_kind::upload ? "uploads" : "downloads";
    for (const auto& [scope, used, limit] : metrics_of(data, limits, key_uuid, kind, now))
        if (limit > 0 && used + under_way >= limit)
            throw refusal(api_error::storage_limit_reached,
                "The key has used its " + std::to_string(limit) + " " + scope + " " + what +
                    " of the internal storage; wait, or use a storage of your own (create-ecs-storage, edit-key).",
                {{"kind", what}, {"scope", scope}, {"limit", limit}});
}

} // namespace omegasafe::server
