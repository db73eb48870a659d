// The limits of the internal storage for each key (reference, key-storage-limits).
#pragma once

#include "server/api/output.hpp"
#include "server/settings.hpp"
#include "server/store/store.hpp"

namespace omegasafe::server {

/// {"uploads": {...}, "downloads": {...}} as docs/openapi.yaml has it. A day is the last 24 hours, a month 30 days.
json usage_of(store& data, const storage_limits& limits, const uuid& key_uuid, unix_time now);

/// refusal 422 storage_limit_reached when one more transfer of that kind would pass a limit, if `under_way` others end.
void require_below_limit(store& data, const storage_limits& limits, const uuid& key_uuid, transfer_kind kind,
    unix_time now, std::uint64_t under_way = 0);

} // namespace omegasafe::server
