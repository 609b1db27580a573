-- What the host of a box wants of it. Rows of before: every box serves.

ALTER TABLE nodes
    ADD COLUMN host_wish text NOT NULL DEFAULT 'serving',
    ADD COLUMN host_wish_until timestamptz,
    ADD COLUMN paused_since timestamptz,
    ADD COLUMN pause_lasts boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT nodes_host_wish_known CHECK (host_wish IN ('serving', 'paused', 'draining')),
    ADD CONSTRAINT nodes_pause_whole CHECK ((host_wish = 'paused') = (paused_since IS NOT NULL)
                                             AND (NOT pause_lasts OR host_wish = 'paused')
                                             AND (host_wish_until IS NULL OR host_wish <> 'serving'));
ALTER TABLE nodes
    ALTER COLUMN host_wish DROP DEFAULT,
    ALTER COLUMN pause_lasts DROP DEFAULT;
