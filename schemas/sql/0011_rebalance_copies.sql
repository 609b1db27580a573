-- Copies that fail on a box that is there, rebalancing, and releases that are withdrawn.

-- Since when a copy's service fails or is unhealthy, without having run well in between.
ALTER TABLE replicas ADD COLUMN failing_since timestamptz;

-- Copies that a rebalancing may move at most; 0: another kind of operation.
ALTER TABLE operations
    ADD COLUMN moves_max integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT operations_kind_known,
    ADD CONSTRAINT operations_kind_known CHECK (kind IN ('order', 'stop', 'start', 'delete', 'promote', 'drain', 'rebalance')),
    ADD CONSTRAINT operations_moves_range CHECK ((kind = 'rebalance') = (moves_max > 0) AND moves_max BETWEEN 0 AND 1000);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE operations ALTER COLUMN moves_max DROP DEFAULT;

-- One at a time; deferred, since one may end and the next begin in one batch.
ALTER TABLE operations
    ADD COLUMN rebalancing boolean GENERATED ALWAYS AS (CASE WHEN kind = 'rebalance' AND state = 'running' THEN true END) STORED,
    ADD CONSTRAINT operations_one_rebalancing UNIQUE (rebalancing) DEFERRABLE INITIALLY DEFERRED;

-- No new instance of it; those that are there go on.
ALTER TABLE releases
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN withdrawn_reason text,
    ADD CONSTRAINT releases_withdrawn_whole CHECK (num_nulls(withdrawn_at, withdrawn_reason) IN (0, 2));
