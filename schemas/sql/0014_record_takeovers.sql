-- Who led an instance whose group elects, and how each takeover went: one row a leadership, in the words of the boxes that saw it. Spans
-- are milliseconds by one box's own clock; wall times are for display. The newest 100 of an instance are kept.

CREATE TABLE takeovers (
    instance text NOT NULL,
    generation bigint NOT NULL,
    epoch bigint NOT NULL,
    leader integer,               -- copy, box and home that led; NULL until its box has told
    node text NOT NULL,
    site text NOT NULL,
    cause text,                   -- how it began, by the leader's box; spans count from began_at
    began_at timestamptz,
    former integer,
    former_generation bigint NOT NULL,
    former_epoch bigint NOT NULL,
    detected_ms bigint,
    fenced_ms bigint,
    elected_ms bigint,
    announced_ms bigint,
    promoted_ms bigint,
    opened_ms bigint,
    end_reason text,              -- how it ended, by the same box
    ended_at timestamptz,
    closing_ms bigint,
    edge text,                    -- the edge that followed first; spans count from heard_at
    heard_at timestamptz,
    routed_ms bigint,
    answered_ms bigint,
    revision bigint NOT NULL,
    CONSTRAINT takeovers_pkey PRIMARY KEY (instance, generation, epoch),
    CONSTRAINT takeovers_instance_fkey FOREIGN KEY (instance) REFERENCES instances (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT takeovers_fence_range CHECK (generation >= 1 AND epoch >= 1 AND former_generation >= 0 AND former_epoch >= 0),
    CONSTRAINT takeovers_cause_known CHECK (cause IN ('first', 'promise_over', 'resigned', 'handed_over')),
    CONSTRAINT takeovers_end_known CHECK (end_reason IN ('lease_over', 'handed_over', 'ill', 'clock_wrong', 'superseded', 'new_generation',
                                                         'host_stops', 'retired', 'not_resumed')),
    CONSTRAINT takeovers_begin_whole CHECK (num_nulls(cause, began_at, detected_ms, fenced_ms, elected_ms) IN (0, 5)
                                            AND (leader IS NOT NULL OR (cause IS NULL AND end_reason IS NULL))
                                            AND (cause IS NOT NULL OR num_nonnulls(former, announced_ms, promoted_ms, opened_ms) = 0)),
    CONSTRAINT takeovers_end_whole CHECK (num_nulls(end_reason, ended_at, closing_ms) IN (0, 3)),
    CONSTRAINT takeovers_routed_whole CHECK (num_nulls(edge, heard_at, routed_ms) IN (0, 3)
                                             AND (edge IS NOT NULL OR answered_ms IS NULL)),
    CONSTRAINT takeovers_in_order CHECK (0 <= detected_ms AND detected_ms <= fenced_ms AND fenced_ms <= elected_ms
                                         AND elected_ms <= coalesce(announced_ms, elected_ms)
                                         AND coalesce(announced_ms, elected_ms) <= coalesce(promoted_ms, announced_ms, elected_ms)
                                         AND coalesce(promoted_ms, announced_ms, elected_ms)
                                             <= coalesce(opened_ms, promoted_ms, announced_ms, elected_ms)),
    CONSTRAINT takeovers_spans_range CHECK (least(closing_ms, routed_ms, answered_ms) >= 0
                                            AND answered_ms >= routed_ms)
);
