-- Packages of the agent, upgrades of the boxes to them, and how far each box is. Boxes of before have said nothing of it yet.

CREATE TABLE agent_releases (
    version text NOT NULL,
    architecture text NOT NULL,
    digest text NOT NULL,
    size_bytes bigint NOT NULL,
    document text NOT NULL,
    signature text NOT NULL,
    publisher_key text NOT NULL,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT agent_releases_pkey PRIMARY KEY (version, architecture),
    CONSTRAINT agent_releases_named CHECK (version <> '' AND architecture <> ''),
    CONSTRAINT agent_releases_size_range CHECK (size_bytes > 0),
    CONSTRAINT agent_releases_signed CHECK (document <> '' AND signature <> '' AND publisher_key <> '')
);

CREATE TABLE upgrades (
    number bigint NOT NULL,
    version text NOT NULL,
    back boolean NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    at_most integer NOT NULL,
    observe_ms bigint NOT NULL,
    canaries_done_at timestamptz,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    revision bigint NOT NULL,
    CONSTRAINT upgrades_pkey PRIMARY KEY (number),
    CONSTRAINT upgrades_number_range CHECK (number > 0),
    CONSTRAINT upgrades_state_known CHECK (state IN ('running', 'paused', 'stopped', 'finished')),
    CONSTRAINT upgrades_reason_whole CHECK ((state = 'stopped') = (reason <> '')),
    CONSTRAINT upgrades_end_whole CHECK ((state = 'finished') = (ended_at IS NOT NULL)),
    CONSTRAINT upgrades_pace_range CHECK (at_most > 0 AND observe_ms >= 0)
);

CREATE TABLE node_agents (
    node text NOT NULL,
    stance text NOT NULL,
    architecture text NOT NULL,
    upgrade bigint NOT NULL,
    canary boolean NOT NULL,
    step text NOT NULL,
    from_version text NOT NULL,
    to_version text NOT NULL,
    order_number bigint NOT NULL,
    reason text NOT NULL,
    since timestamptz,
    revision bigint NOT NULL,
    CONSTRAINT node_agents_pkey PRIMARY KEY (node),
    CONSTRAINT node_agents_node_fkey FOREIGN KEY (node) REFERENCES nodes (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT node_agents_stance_known CHECK (stance IN ('takes', 'no_key', 'off')),
    CONSTRAINT node_agents_step_known CHECK (step IN ('waits', 'yields', 'ordered', 'done', 'failed', 'skipped')),
    CONSTRAINT node_agents_step_whole CHECK ((step = 'waits') = (since IS NULL) AND (step = 'waits' OR upgrade > 0)),
    CONSTRAINT node_agents_order_range CHECK (upgrade >= 0 AND order_number >= 0)
);
