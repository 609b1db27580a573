-- When each box was last heard of: written for all together once a minute, beside the catalogue's rows, which a heartbeat never touches.
-- A box that is there already gets its row at the first round.

CREATE TABLE node_sightings (
    node text NOT NULL,
    seen_at timestamptz NOT NULL,
    clock_offset_ms bigint NOT NULL,  -- its wall clock minus the master's
    revision bigint NOT NULL,
    CONSTRAINT node_sightings_pkey PRIMARY KEY (node),
    CONSTRAINT node_sightings_node_fkey FOREIGN KEY (node) REFERENCES nodes (name) DEFERRABLE INITIALLY DEFERRED
);
