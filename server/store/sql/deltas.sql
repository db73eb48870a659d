-- Deltas, their uploads, and transfers through the internal storage.

-- name: deltas
SELECT d.delta_uuid, d.key_uuid, d.seq_number, d.next_offset, k.alpha_capacity, d.size_bytes, d.content_md5,
    d.storage_uuid, d.created_at, d.deleted_at
FROM deltas d JOIN encryption_keys k ON k.key_uuid = d.key_uuid
WHERE d.key_uuid = :key_uuid ORDER BY d.seq_number;

-- name: delta
SELECT d.delta_uuid, d.key_uuid, d.seq_number, d.next_offset, k.alpha_capacity, d.size_bytes, d.content_md5,
    d.storage_uuid, d.created_at, d.deleted_at
FROM deltas d JOIN encryption_keys k ON k.key_uuid = d.key_uuid
WHERE d.key_uuid = :key_uuid AND d.delta_uuid = :delta_uuid;

-- name: delta_at
SELECT d.delta_uuid, d.key_uuid, d.seq_number, d.next_offset, k.alpha_capacity, d.size_bytes, d.content_md5,
    d.storage_uuid, d.created_at, d.deleted_at
FROM deltas d JOIN encryption_keys k ON k.key_uuid = d.key_uuid
WHERE d.key_uuid = :key_uuid AND d.seq_number = :seq_number;

-- name: latest_seq
SELECT latest_seq FROM encryption_keys WHERE key_uuid = :key_uuid;

-- name: advance_latest_seq
UPDATE encryption_keys SET latest_seq = :seq_number
WHERE key_uuid = :key_uuid AND latest_seq = :seq_number - 1
    AND NOT EXISTS (SELECT 1 FROM deltas WHERE delta_uuid = :delta_uuid)
RETURNING latest_seq;

-- name: supersede_delta
-- Waits for the claims under way on it.
UPDATE deltas SET newest = 0 WHERE key_uuid = :key_uuid AND seq_number = :seq_number - 1;

-- name: add_delta
INSERT INTO deltas (delta_uuid, key_uuid, seq_number, next_offset, size_bytes, content_md5, storage_uuid, created_at,
    deleted_at)
VALUES (:delta_uuid, :key_uuid, :seq_number, :next_offset, :size_bytes, :content_md5, :storage_uuid, :created_at,
    :deleted_at);

-- name: mark_delta_deleted
UPDATE deltas SET deleted_at = COALESCE(deleted_at, :now) WHERE delta_uuid = :delta_uuid;

-- name: add_upload
INSERT INTO uploads (upload_attempt_uuid, key_uuid, delta_uuid, storage_uuid, seq_number, size_bytes, content_md5,
    created_at, expires_at)
VALUES (:upload_attempt_uuid, :key_uuid, :delta_uuid, :storage_uuid, :seq_number, :size_bytes, :content_md5,
    :created_at, :expires_at);

-- name: upload
SELECT upload_attempt_uuid, key_uuid, delta_uuid, storage_uuid, seq_number, size_bytes, content_md5, created_at,
    expires_at
FROM uploads WHERE upload_attempt_uuid = :upload_attempt_uuid;

-- name: hold_upload
-- Who confirms and who purges meet at this row.
UPDATE uploads SET expires_at = expires_at WHERE upload_attempt_uuid = :upload_attempt_uuid
RETURNING expires_at;

-- name: other_uploads
SELECT COUNT(DISTINCT delta_uuid) FROM uploads
WHERE key_uuid = :key_uuid AND storage_uuid = :storage_uuid AND seq_number = :seq_number AND delta_uuid <> :delta_uuid;

-- name: uploads_of_delta
SELECT COUNT(*) FROM uploads WHERE delta_uuid = :delta_uuid;

-- name: unconfirmed_uploads
SELECT upload_attempt_uuid, key_uuid, delta_uuid, storage_uuid, seq_number, size_bytes, content_md5, created_at,
    expires_at
FROM uploads
WHERE key_uuid = :key_uuid AND NOT EXISTS (SELECT 1 FROM deltas WHERE deltas.delta_uuid = uploads.delta_uuid);

-- name: count_transfer
INSERT INTO transfers (key_uuid, kind, at) VALUES (:key_uuid, :kind, :now);

-- name: transfers_since
SELECT COUNT(*) FROM transfers WHERE key_uuid = :key_uuid AND kind = :kind AND at >= :since;

-- name: stored_deltas
SELECT COUNT(*) FROM deltas
WHERE key_uuid = :key_uuid AND storage_uuid = :storage_uuid AND deleted_at IS NULL;
