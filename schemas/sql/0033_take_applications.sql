-- Hosts who ask to be taken in (common/docs/applications.md). What is personal in a row is erased in time: `erased_at`.

CREATE TABLE applications (
    id text NOT NULL,
    state text NOT NULL,
    key_fingerprint text NOT NULL,  -- SHA-256 of the box's public key, hex: it alone may enrol
    secret_hash text NOT NULL,  -- SHA-256 of the box's secret, hex: that of its one-time token, once approved
    source_hash text NOT NULL,  -- of where it came from, for a day; then empty
    site text NOT NULL,
    isp text NOT NULL,
    country text NOT NULL,
    plan text NOT NULL,
    contact text NOT NULL,
    message text NOT NULL,
    cpu_millicores bigint NOT NULL,
    memory_bytes bigint NOT NULL,
    disk_bytes bigint NOT NULL,
    uplink_kbit bigint NOT NULL,
    agent_version text NOT NULL,
    findings jsonb NOT NULL,
    line_asn bigint,
    line_holder text,
    reason text NOT NULL,
    node text NOT NULL,  -- that is awaited, or came; it may be deleted since
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    erased_at timestamptz,
    revision bigint NOT NULL,
    CONSTRAINT applications_pkey PRIMARY KEY (id),
    CONSTRAINT applications_state_known CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn', 'lapsed')),
    CONSTRAINT applications_country_code CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT applications_findings_list CHECK (jsonb_typeof(findings) = 'array'),
    CONSTRAINT applications_line_whole CHECK ((line_asn IS NULL) = (line_holder IS NULL)),
    CONSTRAINT applications_ended_whole CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT applications_node_approved CHECK ((state = 'approved') = (node <> '')),
    CONSTRAINT applications_erased_bare
        CHECK (erased_at IS NULL OR (state <> 'open' AND contact = '' AND message = '' AND plan = '' AND findings = '[]')),
    CONSTRAINT applications_site_open EXCLUDE (site WITH =) WHERE (state = 'open') DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT applications_key_open EXCLUDE (key_fingerprint WITH =) WHERE (state = 'open') DEFERRABLE INITIALLY DEFERRED
);
