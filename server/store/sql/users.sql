-- Users and their API keys.

-- name: add_user
INSERT INTO users (user_uuid, email, name, created_at, disabled)
VALUES (:user_uuid, :email, :name, :created_at, :disabled)
ON CONFLICT (email) DO NOTHING
RETURNING user_uuid;

-- name: users
SELECT user_uuid, email, name, created_at, disabled FROM users ORDER BY created_at, email;

-- name: user
SELECT user_uuid, email, name, created_at, disabled FROM users WHERE user_uuid = :user_uuid;

-- name: user_by_email
SELECT user_uuid, email, name, created_at, disabled FROM users WHERE email = :email;

-- name: set_user_disabled
UPDATE users SET disabled = :disabled WHERE user_uuid = :user_uuid;

-- name: add_api_key
INSERT INTO api_keys (api_key_uuid, user_uuid, name, secret_hash, created_at, last_used_at, revoked_at)
VALUES (:api_key_uuid, :user_uuid, :name, :secret_hash, :created_at, :last_used_at, :revoked_at);

-- name: active_api_key
SELECT a.api_key_uuid, a.user_uuid, a.name, a.secret_hash, a.created_at, a.last_used_at, a.revoked_at
FROM api_keys a JOIN users u ON u.user_uuid = a.user_uuid
WHERE a.api_key_uuid = :api_key_uuid AND a.revoked_at IS NULL AND u.disabled = 0;

-- name: api_keys
SELECT api_key_uuid, user_uuid, name, secret_hash, created_at, last_used_at, revoked_at
FROM api_keys WHERE user_uuid = :user_uuid ORDER BY created_at, api_key_uuid;

-- name: revoke_api_key
UPDATE api_keys SET revoked_at = COALESCE(revoked_at, :now)
WHERE api_key_uuid = :api_key_uuid AND user_uuid = :user_uuid
RETURNING api_key_uuid;

-- name: touch_api_key
UPDATE api_keys SET last_used_at = :now WHERE api_key_uuid = :api_key_uuid;
