-- Who may use a key, and who was asked to.

-- name: shares
SELECT r.relation_uuid, r.key_uuid, r.user_uuid, u.email, r.role_id, r.created_at
FROM relations r JOIN users u ON u.user_uuid = r.user_uuid
WHERE r.key_uuid = :key_uuid ORDER BY r.created_at, u.email;

-- name: add_share
INSERT INTO relations (relation_uuid, key_uuid, user_uuid, role_id, created_at)
VALUES (:relation_uuid, :key_uuid, :user_uuid, :role_id, :created_at)
ON CONFLICT (key_uuid, user_uuid) DO NOTHING
RETURNING relation_uuid;

-- name: remove_share
DELETE FROM relations WHERE key_uuid = :key_uuid AND user_uuid = :user_uuid;

-- name: add_invite
INSERT INTO invites (invite_uuid, key_uuid, invited_by, email, role_id, created_at)
VALUES (:invite_uuid, :key_uuid, :invited_by, :email, :role_id, :created_at)
ON CONFLICT (key_uuid, email) DO NOTHING
RETURNING invite_uuid;

-- name: lock_invite
-- PostgreSQL only, as lock_key.
SELECT invite_uuid FROM invites WHERE invite_uuid = :invite_uuid FOR NO KEY UPDATE;

-- name: invite
SELECT i.invite_uuid, i.key_uuid, i.invited_by, i.email, i.role_id, i.created_at, k.name AS key_name,
    u.email AS invited_by_email
FROM invites i JOIN encryption_keys k ON k.key_uuid = i.key_uuid JOIN users u ON u.user_uuid = i.invited_by
WHERE i.invite_uuid = :invite_uuid;

-- name: invites_for
SELECT i.invite_uuid, i.key_uuid, i.invited_by, i.email, i.role_id, i.created_at, k.name AS key_name,
    u.email AS invited_by_email
FROM invites i JOIN encryption_keys k ON k.key_uuid = i.key_uuid JOIN users u ON u.user_uuid = i.invited_by
WHERE i.email = :email ORDER BY i.created_at, i.invite_uuid;

-- name: invites_to
SELECT i.invite_uuid, i.key_uuid, i.invited_by, i.email, i.role_id, i.created_at, k.name AS key_name,
    u.email AS invited_by_email
FROM invites i JOIN encryption_keys k ON k.key_uuid = i.key_uuid JOIN users u ON u.user_uuid = i.invited_by
WHERE i.key_uuid = :key_uuid ORDER BY i.created_at, i.invite_uuid;

-- name: remove_invite
DELETE FROM invites WHERE invite_uuid = :invite_uuid;
