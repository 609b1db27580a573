-- Where an account wants to be told of what happens, and how far that is.

CREATE TABLE webhooks (
    account text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    about text,
    subject text NOT NULL,
    kind text NOT NULL,
    note text NOT NULL,
    secret text NOT NULL,  -- sealed
    last_sequence bigint NOT NULL,
    deliveries bigint NOT NULL,
    failing_since timestamptz,
    failure text NOT NULL,
    off_at timestamptz,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT webhooks_pkey PRIMARY KEY (account, name),
    CONSTRAINT webhooks_account_fkey FOREIGN KEY (account) REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT webhooks_url_https CHECK (url LIKE 'https://%'),
    CONSTRAINT webhooks_about_known
        CHECK (about IN ('cloud', 'account', 'node', 'site', 'release', 'price_list', 'instance', 'operation')),
    CONSTRAINT webhooks_progress_range CHECK (last_sequence >= 0 AND deliveries >= 0),
    CONSTRAINT webhooks_failure_whole CHECK ((failing_since IS NULL) = (failure = '')),
    CONSTRAINT webhooks_off_failing CHECK (off_at IS NULL OR failing_since IS NOT NULL)
);
