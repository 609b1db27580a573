-- Which person of an account changed something, with which token, and whose it was; and the ways to find that.

ALTER TABLE audit
    ADD COLUMN version integer NOT NULL DEFAULT 1,  -- of the text that is hashed
    ADD COLUMN member text NOT NULL DEFAULT '',
    ADD COLUMN token text NOT NULL DEFAULT '',  -- its id
    ADD COLUMN owner text NOT NULL DEFAULT '',  -- of the subject; may read the entry. Hashed from version 2 on.
    ADD COLUMN reached timestamptz;  -- the latest `at` up to here: never falls, also where the clock was set back

-- Once, for what was written before: whoever is no operator did it to what was his.
ALTER TABLE audit DISABLE TRIGGER audit_append_only;
UPDATE audit SET owner = account FROM accounts
WHERE accounts.name = audit.account AND NOT 'operator' = ANY (accounts.roles);
UPDATE audit SET reached = passed.reached
FROM (SELECT sequence, max(at) OVER (ORDER BY sequence) AS reached FROM audit) AS passed
WHERE passed.sequence = audit.sequence;
ALTER TABLE audit ENABLE TRIGGER audit_append_only;

ALTER TABLE audit
    ALTER COLUMN version DROP DEFAULT,
    ALTER COLUMN member DROP DEFAULT,
    ALTER COLUMN token DROP DEFAULT,
    ALTER COLUMN owner DROP DEFAULT,
    ALTER COLUMN reached SET NOT NULL,
    ADD CONSTRAINT audit_version_known CHECK (version IN (1, 2)),
    ADD CONSTRAINT audit_named_since_2 CHECK (version > 1 OR (member = '' AND token = '')),
    ADD CONSTRAINT audit_reached_range CHECK (reached >= at);
CREATE INDEX audit_by_account ON audit (account, sequence);
CREATE INDEX audit_by_member ON audit (member, account, sequence) WHERE member <> '';
CREATE INDEX audit_by_subject ON audit (subject, sequence) WHERE subject <> '';
CREATE INDEX audit_by_owner ON audit (owner, sequence) WHERE owner <> '';
CREATE INDEX audit_by_time ON audit (reached, sequence);
-- A name that is given again begins with nothing: its account reads from here on.
CREATE INDEX audit_accounts_made ON audit (subject, sequence) WHERE rpc = 'foyer.api.v1.AccountService/CreateAccount';
