#include "server/objects/delta_files.hpp"

#include "server/store/internal_storage.hpp"

namespace omegasafe::server {

bucket_store delta_files::bucket(
    const storage_record& storage, const bucket_credentials& credentials, const uuid& user_uuid) const {
    return {{storage.provider, storage.bucket_name, storage.region, storage.endpoint_url, storage.remote_path,
                credentials.access_key_id, crypto::secure_bytes{credentials.secret_access_key.span()}},
        settings_.url_lifetime, *turns_, user_uuid};
}

std::unique_ptr<object_store> delta_files::at(const storage_record& storage, const uuid& user_uuid) const {
    if (!is_internal(storage.storage_uuid))
        return std::make_unique<bucket_store>(
            bucket(storage, box_.open(storage.storage_uuid, storage.sealed_credentials), user_uuid));
    if (folder())
        return std::make_unique<folder_store>(folder_);
    const auto& own = settings_.internal_bucket;
    return std::make_unique<bucket_store>(
        bucket_access{own.provider(), own.name, own.region, own.endpoint_url, own.remote_path, own.access_key_id,
            crypto::secure_bytes{own.secret_access_key->span()}},
        settings_.url_lifetime, *turns_, user_uuid);
}

} // namespace omegasafe::server
