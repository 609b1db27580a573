-- Who and what there is: accounts, homes, boxes, software releases.
--
-- Every row carries `revision`, the decision that last changed it. Times are timestamptz with whole milliseconds. States are text with a
-- CHECK list, equal to the enums' to_text (tests/pg compares them). All foreign keys are deferred: a batch may come in any order, and is
-- checked as a whole before its COMMIT.

CREATE TABLE accounts (
    name text NOT NULL,
    roles text[] NOT NULL,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT accounts_pkey PRIMARY KEY (name),
    CONSTRAINT accounts_name_length CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT accounts_roles_known CHECK (cardinality(roles) > 0 AND roles <@ ARRAY['operator', 'host', 'customer', 'publisher'])
);

CREATE TABLE api_tokens (
    id text NOT NULL,
    account text NOT NULL,
    secret_hash text NOT NULL,
    note text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT api_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT api_tokens_account_fkey FOREIGN KEY (account) REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX api_tokens_by_account ON api_tokens (account);

CREATE TABLE isps (
    name text NOT NULL,
    family text NOT NULL,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT isps_pkey PRIMARY KEY (name),
    CONSTRAINT isps_family_named CHECK (family <> ''),
    CONSTRAINT isps_name_family_key UNIQUE (name, family)
);

CREATE TABLE hosts (
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT hosts_pkey PRIMARY KEY (name)
);

CREATE TABLE sites (
    name text NOT NULL,
    isp text NOT NULL,
    country text NOT NULL,
    host text NOT NULL,
    host_class text NOT NULL,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT sites_pkey PRIMARY KEY (name),
    CONSTRAINT sites_isp_fkey FOREIGN KEY (isp) REFERENCES isps (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT sites_host_fkey FOREIGN KEY (host) REFERENCES hosts (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT sites_country_code CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT sites_host_class_known CHECK (host_class IN ('house', 'vetted', 'open')),
    CONSTRAINT sites_name_isp_key UNIQUE (name, isp)
);

-- Every overlay number ever given to a box, also after the box is gone.
CREATE TABLE node_numbers (
    number integer NOT NULL,
    node text NOT NULL,
    CONSTRAINT node_numbers_pkey PRIMARY KEY (number),
    CONSTRAINT node_numbers_range CHECK (number BETWEEN 1 AND 65535)
);

CREATE TABLE nodes (
    name text NOT NULL,
    site text NOT NULL,
    edge boolean NOT NULL,
    public_address text NOT NULL,
    state text NOT NULL,
    number integer NOT NULL,
    token_hash text NOT NULL,
    token_expires_at timestamptz NOT NULL,
    token_used boolean NOT NULL,
    key_fingerprint text NOT NULL,
    certificate_expires_at timestamptz NOT NULL,
    wg_public_key text NOT NULL,
    cpu_millicores bigint NOT NULL,
    memory_bytes bigint NOT NULL,
    disk_bytes bigint NOT NULL,
    uplink_kbit_s bigint NOT NULL,
    agent_version text NOT NULL,
    partitions_made integer NOT NULL,
    revision bigint NOT NULL,
    overlay_revision bigint NOT NULL,
    CONSTRAINT nodes_pkey PRIMARY KEY (name),
    CONSTRAINT nodes_site_fkey FOREIGN KEY (site) REFERENCES sites (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT nodes_number_key UNIQUE (number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT nodes_name_site_key UNIQUE (name, site),
    CONSTRAINT nodes_state_known CHECK (state IN ('expected', 'online', 'silent')),
    CONSTRAINT nodes_edge_address CHECK (edge = (public_address <> '')),
    CONSTRAINT nodes_capacity_range CHECK (least(cpu_millicores, memory_bytes, disk_bytes, uplink_kbit_s) >= 0),
    CONSTRAINT nodes_partitions_made_range CHECK (partitions_made >= 0)
);
CREATE INDEX nodes_by_site ON nodes (site);
CREATE UNIQUE INDEX nodes_token_hash_key ON nodes (token_hash) WHERE token_hash <> '';
CREATE UNIQUE INDEX nodes_key_fingerprint_key ON nodes (key_fingerprint) WHERE key_fingerprint <> '';
CREATE UNIQUE INDEX nodes_wg_public_key_key ON nodes (wg_public_key) WHERE wg_public_key <> '';

CREATE TABLE releases (
    name text NOT NULL,
    version text NOT NULL,
    title text NOT NULL,
    publisher text NOT NULL,
    publisher_key text NOT NULL,
    release_json text NOT NULL,
    signature text NOT NULL,
    image text NOT NULL,
    image_size_bytes bigint NOT NULL,
    sizes jsonb NOT NULL,
    parameters_schema_json text NOT NULL,
    copies_min integer NOT NULL,
    copies_max integer NOT NULL,
    copies_default integer NOT NULL,
    web_port integer NOT NULL,
    sequence bigint NOT NULL,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT releases_pkey PRIMARY KEY (name, version),
    CONSTRAINT releases_publisher_fkey FOREIGN KEY (publisher) REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT releases_sequence_key UNIQUE (sequence) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT releases_sizes_list CHECK (jsonb_typeof(sizes) = 'array' AND jsonb_array_length(sizes) > 0),
    CONSTRAINT releases_copies_range CHECK (1 <= copies_min AND copies_min <= copies_default AND copies_default <= copies_max),
    CONSTRAINT releases_image_size_range CHECK (image_size_bytes >= 0),
    CONSTRAINT releases_web_port_range CHECK (web_port BETWEEN 0 AND 65535)
);
