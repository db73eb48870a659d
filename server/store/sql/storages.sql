-- Storages that users brought.

-- name: add_storage
INSERT INTO storages (storage_uuid, user_uuid, name, provider, bucket_name, region, endpoint_url, remote_path,
    sealed_credentials, created_at)
VALUES (:storage_uuid, :user_uuid, :name, :provider, :bucket_name, :region, :endpoint_url, :remote_path,
    :sealed_credentials, :created_at);

-- name: replace_storage
UPDATE storages SET name = :name, provider = :provider, bucket_name = :bucket_name, region = :region,
    endpoint_url = :endpoint_url, remote_path = :remote_path, sealed_credentials = :sealed_credentials
WHERE storage_uuid = :storage_uuid;

-- name: lock_storage
-- PostgreSQL only, as lock_key.
SELECT storage_uuid FROM storages WHERE storage_uuid = :storage_uuid FOR NO KEY UPDATE;

-- name: storage
SELECT storage_uuid, user_uuid, name, provider, bucket_name, region, endpoint_url, remote_path, sealed_credentials,
    created_at
FROM storages WHERE storage_uuid = :storage_uuid;

-- name: storages_of_user
SELECT storage_uuid, user_uuid, name, provider, bucket_name, region, endpoint_url, remote_path, sealed_credentials,
    created_at
FROM storages WHERE user_uuid = :user_uuid ORDER BY created_at, storage_uuid;

-- name: all_storages
SELECT storage_uuid, user_uuid, name, provider, bucket_name, region, endpoint_url, remote_path, sealed_credentials,
    created_at
FROM storages ORDER BY created_at, storage_uuid;

-- name: uses_of_storage
SELECT (SELECT COUNT(*) FROM encryption_keys WHERE storage_uuid = :storage_uuid)
    + (SELECT COUNT(*) FROM deltas d JOIN encryption_keys k ON k.key_uuid = d.key_uuid
       WHERE d.storage_uuid = :storage_uuid AND d.deleted_at IS NULL AND k.storage_uuid <> :storage_uuid);

-- name: delete_storage
DELETE FROM storages WHERE storage_uuid = :storage_uuid;
