-- Customers' own names for their instances, and what each edge has for them.

ALTER TABLE nodes ADD COLUMN acme_thumbprint text NOT NULL DEFAULT '';

CREATE TABLE domains (
    name text NOT NULL,
    instance text NOT NULL,
    owner text NOT NULL,
    token text NOT NULL,
    seen text NOT NULL,
    created_at timestamptz NOT NULL,
    proven_at timestamptz,
    revision bigint NOT NULL,
    CONSTRAINT domains_pkey PRIMARY KEY (name),
    CONSTRAINT domains_instance_fkey FOREIGN KEY (instance) REFERENCES instances (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT domains_owner_fkey FOREIGN KEY (owner) REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT domains_name_shape CHECK (name = lower(name) AND name LIKE '%.%' AND length(name) <= 253),
    CONSTRAINT domains_token_there CHECK (token <> ''),
    CONSTRAINT domains_seen_waits CHECK (proven_at IS NULL OR seen = '')
);

CREATE TABLE domain_certificates (
    domain text NOT NULL,
    edge text NOT NULL,
    not_after timestamptz,
    failures integer NOT NULL,
    failure text NOT NULL,
    failed_at timestamptz,
    retry_at timestamptz,
    revision bigint NOT NULL,
    CONSTRAINT domain_certificates_pkey PRIMARY KEY (domain, edge),
    CONSTRAINT domain_certificates_domain_fkey FOREIGN KEY (domain) REFERENCES domains (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT domain_certificates_edge_fkey FOREIGN KEY (edge) REFERENCES nodes (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT domain_certificates_failures_range CHECK (failures >= 0),
    CONSTRAINT domain_certificates_failure_whole CHECK ((failures = 0) = (failure = ''))
);
