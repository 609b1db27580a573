-- Who changed what through the public API, each entry naming the hash of the one before it; and who may read that.

CREATE TABLE audit (
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    account text NOT NULL,
    rpc text NOT NULL,
    subject text NOT NULL,
    request_id text NOT NULL,
    body_hash text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (sequence),
    CONSTRAINT audit_sequence_range CHECK (sequence >= 1),
    CONSTRAINT audit_hash_form CHECK (hash ~ '^[0-9a-f]{64}$' AND previous ~ '^[0-9a-f]{64}$')
);
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION refuse_rewriting();

ALTER TABLE accounts
    DROP CONSTRAINT accounts_roles_known,
    ADD CONSTRAINT accounts_roles_known
        CHECK (cardinality(roles) > 0 AND roles <@ ARRAY['operator', 'host', 'customer', 'publisher', 'auditor']);
