// Which keys and storages a caller may see and what the caller may do with them.
#pragma once

#include "server/api/services.hpp"

namespace omegasafe::server {

/// The key as the caller sees it. refusal key_unknown, the same for a key of others and for none; role_too_low when the
/// caller's role does not allow what is to be done.
key_record require_key(store& data, const call& call, const uuid& key_uuid, operation what = operation::view_key);

/// What role_too_low says.
refusal role_too_low(role mine, role needed);

/// One of the caller's storages or the internal one; refusal storage_unknown.
storage_record require_storage(store& data, const call& call, const uuid& storage_uuid);

/// The storage that a record names, whoever's it is.
storage_record storage_named(store& data, const uuid& storage_uuid);

} // namespace omegasafe::server
