-- People of an account, each with a login of their own; their tokens and sessions go with them.

CREATE TABLE members (
    account text NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    read_only boolean NOT NULL,
    manages boolean NOT NULL,
    password_hash text NOT NULL,  -- argon2id; empty: not chosen
    totp text NOT NULL,  -- sealed; empty: none
    totp_on boolean NOT NULL,
    totp_step bigint NOT NULL,  -- of the last code that was taken
    issuer text NOT NULL,  -- of the identity provider, and who it is there
    subject text NOT NULL,
    invitation_hash text NOT NULL,
    invited_until timestamptz,
    made_by text NOT NULL,
    last_login_at timestamptz,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT members_pkey PRIMARY KEY (account, name),
    CONSTRAINT members_account_fkey FOREIGN KEY (account) REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT members_scopes_known
        CHECK (scopes <@ ARRAY['operator', 'host', 'customer', 'publisher', 'auditor']),
    CONSTRAINT members_manages_all CHECK (NOT manages OR (scopes = '{}' AND NOT read_only)),
    CONSTRAINT members_password_argon2id CHECK (password_hash = '' OR password_hash LIKE '$argon2id$%'),
    CONSTRAINT members_totp_whole CHECK (NOT totp_on OR totp <> ''),
    CONSTRAINT members_identity_whole CHECK ((issuer = '') = (subject = '')),
    CONSTRAINT members_invitation_whole CHECK ((invitation_hash = '') = (invited_until IS NULL))
);

ALTER TABLE api_tokens
    ADD COLUMN member text,
    ADD COLUMN session boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT api_tokens_member_fkey FOREIGN KEY (account, member) REFERENCES members (account, name)
        DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT api_tokens_session_of_member CHECK (NOT session OR member IS NOT NULL);
ALTER TABLE api_tokens ALTER COLUMN session DROP DEFAULT;
