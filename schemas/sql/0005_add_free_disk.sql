-- What a box really has left, beside what its partitions reserve: placement passes over boxes whose disk is full of something else.
-- NULL: the box has not reported it yet; boxes that are there already say it at their next Sync.

ALTER TABLE nodes
    ADD COLUMN disk_free_bytes bigint,
    ADD CONSTRAINT nodes_disk_free_range CHECK (disk_free_bytes >= 0);
