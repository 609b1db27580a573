-- What a token may do of its account's roles, and with which token it was made; what an account may have; and an account can go, with
-- what was recorded and done for it, so that a name that is given again begins with nothing.
-- Tokens that are there already may do all that their account may, as before.

ALTER TABLE api_tokens
    ADD COLUMN scopes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN read_only boolean NOT NULL DEFAULT false,
    ADD COLUMN made_by text NOT NULL DEFAULT '',
    ADD CONSTRAINT api_tokens_scopes_known
        CHECK (scopes <@ ARRAY['operator', 'host', 'customer', 'publisher', 'auditor']);
ALTER TABLE api_tokens
    ALTER COLUMN scopes DROP DEFAULT,
    ALTER COLUMN read_only DROP DEFAULT,
    ALTER COLUMN made_by DROP DEFAULT;

ALTER TABLE accounts
    ADD COLUMN quota_instances bigint,
    ADD COLUMN quota_copies bigint,
    ADD COLUMN quota_disk_bytes bigint,
    ADD CONSTRAINT accounts_quota_range CHECK (least(quota_instances, quota_copies, quota_disk_bytes) >= 0);

ALTER TABLE requests
    DROP CONSTRAINT requests_account_fkey,
    ADD CONSTRAINT requests_account_fkey FOREIGN KEY (account) REFERENCES accounts (name)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE operations
    DROP CONSTRAINT operations_owner_fkey,
    ADD CONSTRAINT operations_owner_fkey FOREIGN KEY (owner) REFERENCES accounts (name)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
