-- Volumes are encrypted, by a key of the order that is sealed here like its passwords. Orders of before have none: their volumes stay as
-- they were made.

ALTER TABLE instances ADD COLUMN volume_key text NOT NULL DEFAULT '';
ALTER TABLE instances ALTER COLUMN volume_key DROP DEFAULT;
