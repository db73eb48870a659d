// The storage that every server has: what its operator gave, a folder or a bucket. No row of the database.
#pragma once

#include "server/store/records.hpp"

namespace omegasafe::server {

/// The internal storage as a record: the same UUID at every server.
const storage_record& internal_storage();
bool is_internal(const uuid& storage_uuid);

} // namespace omegasafe::server
