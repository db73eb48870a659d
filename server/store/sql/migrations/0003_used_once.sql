-- A key that was deleted leaves its UUID here, so that no other key ever has it.
CREATE TABLE deleted_keys (
    key_uuid TEXT PRIMARY KEY,
    deleted_at BIGINT NOT NULL
);

-- An idempotency key belongs to an API key and a device, so that two devices never get one range. What was answered
-- before is forgotten: a claim that is repeated just now gets positions of its own, and no position is given out twice.
DROP TABLE claims;

-- What was answered under an idempotency key. device_uuid nil: the client names none. delta_uuid nil and seq_number 0:
-- the Alpha.
CREATE TABLE claims (
    api_key_uuid TEXT NOT NULL,
    device_uuid TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    key_uuid TEXT NOT NULL REFERENCES encryption_keys (key_uuid) ON DELETE CASCADE,
    delta_uuid TEXT NOT NULL,
    size BIGINT NOT NULL CHECK (size > 0),
    first_offset BIGINT NOT NULL CHECK (first_offset >= 0),
    seq_number BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (api_key_uuid, device_uuid, idempotency_key)
);
CREATE INDEX claims_of_key ON claims (key_uuid);
