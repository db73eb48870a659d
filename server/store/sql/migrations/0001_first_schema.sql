-- The first schema. Identifiers are UUIDs in canonical lower case, times are seconds since 1970 UTC.

CREATE TABLE users (
    user_uuid TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled BIGINT NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1))
);

-- secret_hash: SHA-256 of the secret part, hexadecimal; the secret itself is nowhere.
CREATE TABLE api_keys (
    api_key_uuid TEXT PRIMARY KEY,
    user_uuid TEXT NOT NULL REFERENCES users (user_uuid),
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_keys_of_user ON api_keys (user_uuid);

-- sealed_credentials: base64, opened by the server's key only.
CREATE TABLE storages (
    storage_uuid TEXT PRIMARY KEY,
    user_uuid TEXT NOT NULL REFERENCES users (user_uuid),
    name TEXT NOT NULL,
    provider TEXT NOT NULL,
    bucket_name TEXT NOT NULL,
    region TEXT NOT NULL,
    endpoint_url TEXT NOT NULL,
    remote_path TEXT NOT NULL,
    sealed_credentials TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX storages_of_user ON storages (user_uuid);

-- alpha_capacity: positions of the Alpha and of each Delta. storage_uuid names the internal storage too, which has no
-- row, and therefore is no foreign key.
CREATE TABLE encryption_keys (
    key_uuid TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    omegasafe_version TEXT NOT NULL,
    alpha_capacity BIGINT NOT NULL CHECK (alpha_capacity > 0),
    alpha_next BIGINT NOT NULL CHECK (alpha_next BETWEEN 0 AND alpha_capacity),
    latest_seq BIGINT NOT NULL CHECK (latest_seq >= 0),
    storage_uuid TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX encryption_keys_in_storage ON encryption_keys (storage_uuid);

CREATE TABLE relations (
    relation_uuid TEXT PRIMARY KEY,
    key_uuid TEXT NOT NULL REFERENCES encryption_keys (key_uuid) ON DELETE CASCADE,
    user_uuid TEXT NOT NULL REFERENCES users (user_uuid),
    role_id BIGINT NOT NULL CHECK (role_id BETWEEN 1 AND 3),
    created_at BIGINT NOT NULL,
    UNIQUE (key_uuid, user_uuid)
);
CREATE INDEX relations_of_user ON relations (user_uuid);

-- next_offset: first position not yet claimed, counted inside the Delta.
CREATE TABLE deltas (
    delta_uuid TEXT PRIMARY KEY,
    key_uuid TEXT NOT NULL REFERENCES encryption_keys (key_uuid) ON DELETE CASCADE,
    seq_number BIGINT NOT NULL CHECK (seq_number >= 1),
    next_offset BIGINT NOT NULL CHECK (next_offset >= 0),
    size_bytes BIGINT NOT NULL,
    content_md5 TEXT NOT NULL,
    storage_uuid TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    UNIQUE (key_uuid, seq_number)
);
CREATE INDEX deltas_in_storage ON deltas (storage_uuid);

CREATE TABLE uploads (
    upload_attempt_uuid TEXT PRIMARY KEY,
    key_uuid TEXT NOT NULL REFERENCES encryption_keys (key_uuid) ON DELETE CASCADE,
    delta_uuid TEXT NOT NULL,
    storage_uuid TEXT NOT NULL,
    seq_number BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    content_md5 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX uploads_of_key ON uploads (key_uuid);

-- What was answered under an idempotency key. delta_uuid nil and seq_number 0: the Alpha.
CREATE TABLE claims (
    user_uuid TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    key_uuid TEXT NOT NULL REFERENCES encryption_keys (key_uuid) ON DELETE CASCADE,
    delta_uuid TEXT NOT NULL,
    size BIGINT NOT NULL CHECK (size > 0),
    first_offset BIGINT NOT NULL CHECK (first_offset >= 0),
    seq_number BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_uuid, idempotency_key)
);
CREATE INDEX claims_of_key ON claims (key_uuid);

CREATE TABLE invites (
    invite_uuid TEXT PRIMARY KEY,
    key_uuid TEXT NOT NULL REFERENCES encryption_keys (key_uuid) ON DELETE CASCADE,
    invited_by TEXT NOT NULL REFERENCES users (user_uuid),
    email TEXT NOT NULL,
    role_id BIGINT NOT NULL CHECK (role_id BETWEEN 1 AND 3),
    created_at BIGINT NOT NULL,
    UNIQUE (key_uuid, email)
);
CREATE INDEX invites_for_email ON invites (email);

-- Deltas up and down through the internal storage, for its limits. kind: 1 upload, 2 download.
CREATE TABLE transfers (
    key_uuid TEXT NOT NULL REFERENCES encryption_keys (key_uuid) ON DELETE CASCADE,
    kind BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX transfers_of_key ON transfers (key_uuid, kind, at);
