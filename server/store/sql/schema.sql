-- The schema's version: one row for each migration.

-- name: make_schema_version
CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY);

-- name: schema_version
SELECT MAX(version) FROM schema_version;

-- name: reach_schema_version
INSERT INTO schema_version (version) VALUES (:version);
