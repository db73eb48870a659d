-- newest, 1 or 0: whether the Delta is the last of its key. A claim decides by the row that it changes, and so stands
-- before or after the Delta that follows, however the two meet; encryption_keys.latest_seq says the same in another row.
ALTER TABLE deltas ADD COLUMN newest BIGINT NOT NULL DEFAULT 1 CHECK (newest IN (0, 1));

UPDATE deltas SET newest = 0
WHERE seq_number < (SELECT latest_seq FROM encryption_keys WHERE encryption_keys.key_uuid = deltas.key_uuid);
