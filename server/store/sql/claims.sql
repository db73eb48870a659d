-- Claims: each one conditional update, then the row that remembers its answer.

-- name: claim_delta
UPDATE deltas SET next_offset = next_offset + :size
WHERE delta_uuid = :delta_uuid AND key_uuid = :key_uuid AND newest = 1
    AND next_offset <= (SELECT alpha_capacity FROM encryption_keys WHERE key_uuid = :key_uuid) - :size
RETURNING next_offset - :size, seq_number,
    (SELECT alpha_capacity FROM encryption_keys WHERE key_uuid = :key_uuid);

-- name: claim_alpha
UPDATE encryption_keys SET alpha_next = alpha_next + :size
WHERE key_uuid = :key_uuid AND alpha_next <= alpha_capacity - :size
RETURNING alpha_next - :size, alpha_capacity;

-- name: alpha_left
SELECT alpha_capacity - alpha_next FROM encryption_keys WHERE key_uuid = :key_uuid;

-- name: answered_claim
SELECT key_uuid, delta_uuid, size, first_offset, seq_number, capacity, created_at FROM claims
WHERE api_key_uuid = :api_key_uuid AND device_uuid = :device_uuid AND idempotency_key = :idempotency_key;

-- name: forget_claim
DELETE FROM claims WHERE api_key_uuid = :api_key_uuid AND device_uuid = :device_uuid AND idempotency_key = :idempotency_key;

-- name: remember_claim
INSERT INTO claims (api_key_uuid, device_uuid, idempotency_key, key_uuid, delta_uuid, size, first_offset, seq_number,
    capacity, created_at)
VALUES (:api_key_uuid, :device_uuid, :idempotency_key, :key_uuid, :delta_uuid, :size, :first_offset, :seq_number,
    :capacity, :now);

-- name: purge_claims
DELETE FROM claims WHERE created_at <= :before;

-- name: purge_uploads
DELETE FROM uploads WHERE expires_at <= :before
RETURNING upload_attempt_uuid, key_uuid, delta_uuid, storage_uuid, seq_number, size_bytes, content_md5, created_at,
    expires_at;

-- name: purge_transfers
DELETE FROM transfers WHERE at <= :before;
