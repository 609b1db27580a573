-- What happened, what was answered, and which master may write.

CREATE TABLE events (
    sequence bigint NOT NULL,
    revision bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (sequence),
    CONSTRAINT events_sequence_range CHECK (sequence >= 1)
);
CREATE INDEX events_by_subject ON events (subject, sequence);

-- Writes done under a request id, committed with their effect. `reply` is opaque bytes; secrets in it are sealed.
CREATE TABLE requests (
    account text NOT NULL,
    id text NOT NULL,
    body_hash text NOT NULL,
    reply bytea NOT NULL,
    at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT requests_pkey PRIMARY KEY (account, id),
    CONSTRAINT requests_account_fkey FOREIGN KEY (account) REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT requests_id_length CHECK (length(id) BETWEEN 1 AND 64)
);

-- One row. Every batch updates it first and holds it to COMMIT; a new leader raises `fence` before it loads.
CREATE TABLE leadership (
    only_row boolean NOT NULL DEFAULT true,
    fence bigint NOT NULL,
    batch bigint NOT NULL,     -- batches committed under this fence
    revision bigint NOT NULL,  -- of the newest decision committed
    holder text NOT NULL,      -- random name of the leading master's run
    taken_at timestamptz NOT NULL,
    CONSTRAINT leadership_pkey PRIMARY KEY (only_row),
    CONSTRAINT leadership_only_row CHECK (only_row)
);
INSERT INTO leadership (fence, batch, revision, holder, taken_at) VALUES (0, 0, 0, '', now());

-- One row. A restored database gets a new id; boxes then know that what it says may be older than what they hold.
CREATE TABLE lineage (
    only_row boolean NOT NULL DEFAULT true,
    id text NOT NULL,
    CONSTRAINT lineage_pkey PRIMARY KEY (only_row),
    CONSTRAINT lineage_only_row CHECK (only_row)
);
INSERT INTO lineage (id) VALUES (gen_random_uuid()::text);
