-- Keys and what a user sees of them.

-- name: add_key
INSERT INTO encryption_keys (key_uuid, name, omegasafe_version, alpha_capacity, alpha_next, latest_seq, storage_uuid,
    created_at)
VALUES (:key_uuid, :name, :omegasafe_version, :alpha_capacity, :alpha_next, :latest_seq, :storage_uuid, :created_at)
ON CONFLICT (key_uuid) DO NOTHING
RETURNING key_uuid;

-- name: lock_key
-- PostgreSQL only: what a transaction reads of a key stays until it ends.
SELECT key_uuid FROM encryption_keys WHERE key_uuid = :key_uuid FOR NO KEY UPDATE;

-- name: key_of_user
SELECT k.key_uuid, k.name, k.omegasafe_version, k.alpha_capacity, k.alpha_next, k.latest_seq, k.storage_uuid,
    k.created_at, r.role_id, r.relation_uuid
FROM encryption_keys k JOIN relations r ON r.key_uuid = k.key_uuid
WHERE k.key_uuid = :key_uuid AND r.user_uuid = :user_uuid;

-- name: keys_of_user
SELECT k.key_uuid, k.name, k.omegasafe_version, k.alpha_capacity, k.alpha_next, k.latest_seq, k.storage_uuid,
    k.created_at, r.role_id, r.relation_uuid
FROM encryption_keys k JOIN relations r ON r.key_uuid = k.key_uuid
WHERE r.user_uuid = :user_uuid ORDER BY k.created_at, k.key_uuid;

-- name: all_keys
-- The join finds nothing and gives the columns of a relation their types.
SELECT k.key_uuid, k.name, k.omegasafe_version, k.alpha_capacity, k.alpha_next, k.latest_seq, k.storage_uuid,
    k.created_at, r.role_id, r.relation_uuid
FROM encryption_keys k LEFT JOIN relations r ON r.key_uuid = k.key_uuid AND r.relation_uuid = ''
ORDER BY k.created_at, k.key_uuid;

-- name: edit_key
UPDATE encryption_keys SET name = COALESCE(:name, name), omegasafe_version = COALESCE(:version, omegasafe_version),
    storage_uuid = COALESCE(:storage_uuid, storage_uuid)
WHERE key_uuid = :key_uuid;

-- name: was_deleted
SELECT key_uuid FROM deleted_keys WHERE key_uuid = :key_uuid;

-- name: keep_deleted
INSERT INTO deleted_keys (key_uuid, deleted_at) VALUES (:key_uuid, :now);

-- name: delete_key
-- Everything that hangs on it goes by ON DELETE CASCADE.
DELETE FROM encryption_keys WHERE key_uuid = :key_uuid;
