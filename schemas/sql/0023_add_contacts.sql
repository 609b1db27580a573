-- Where an account is written to, and how far that is; what was told of a box, so that it is told once.

CREATE TABLE contacts (
    id text NOT NULL,
    account text NOT NULL,
    address text NOT NULL,
    language text NOT NULL,
    topics text[] NOT NULL,  -- none: all
    code_hash text NOT NULL,
    code text NOT NULL,  -- sealed, until it is mailed
    code_expires_at timestamptz,
    code_tries integer NOT NULL,
    codes integer NOT NULL,
    codes_since timestamptz,
    codes_made bigint NOT NULL,
    confirmed_at timestamptz,
    last_sequence bigint NOT NULL,
    mails bigint NOT NULL,
    under_way bigint NOT NULL,
    failing_since timestamptz,
    failure text NOT NULL,
    refused integer NOT NULL,
    off_at timestamptz,
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT contacts_pkey PRIMARY KEY (id),
    CONSTRAINT contacts_account_fkey FOREIGN KEY (account) REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT contacts_address_plain CHECK (address ~ '^[!-~]+@[A-Za-z0-9.-]+$' AND length(address) <= 254),
    CONSTRAINT contacts_language_known CHECK (language IN ('en', 'fr')),
    CONSTRAINT contacts_topics_known
        CHECK (topics <@ ARRAY['takeover', 'health', 'repair', 'box', 'certificate', 'quota', 'drain', 'maintenance', 'order', 'account']),
    CONSTRAINT contacts_code_whole CHECK ((code_hash = '') = (code_expires_at IS NULL)),
    CONSTRAINT contacts_code_hashed CHECK (code = '' OR code_hash <> ''),
    CONSTRAINT contacts_progress_range
        CHECK (least(code_tries, codes, codes_made, last_sequence, mails, under_way, refused) >= 0),
    CONSTRAINT contacts_codes_counted CHECK (codes = 0 OR codes_since IS NOT NULL),
    CONSTRAINT contacts_failure_whole CHECK ((failing_since IS NULL) = (failure = '')),
    CONSTRAINT contacts_off_failing CHECK (off_at IS NULL OR failing_since IS NOT NULL)
);

ALTER TABLE nodes
    ADD COLUMN missing_told boolean NOT NULL DEFAULT false,
    ADD COLUMN certificate_told timestamptz;
ALTER TABLE nodes ALTER COLUMN missing_told DROP DEFAULT;
