#include "server/store/internal_storage.hpp"

namespace omegasafe::server {

const storage_record& internal_storage() {
    static const storage_record record = [] {
        storage_record made;
        made.storage_uuid = *crypto::parse_uuid("64753caf-2d47-4558-8933-9691b58f9b09");
        made.name = "OmegaSafe internal";
        made.provider = wire::storage_provider::internal;
        return made;
    }();
    return record;
}

bool is_internal(const uuid& storage_uuid) {
    return storage_uuid == internal_storage().storage_uuid;
}

} // namespace omegasafe::server
