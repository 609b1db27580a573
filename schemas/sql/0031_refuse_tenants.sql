-- What hosts refuse on their boxes: tenants of some countries, some kinds of releases. Rows of before: nobody refuses anything, no
-- release says what it is for, and of nobody it is known where he is at home.

ALTER TABLE accounts
    ADD COLUMN country text,
    ADD CONSTRAINT accounts_country_code CHECK (country ~ '^[A-Z]{2}$');

ALTER TABLE releases
    ADD COLUMN kind text NOT NULL DEFAULT 'other',
    ADD CONSTRAINT releases_kind_known CHECK (kind IN ('erp', 'database', 'web', 'mail', 'other'));
ALTER TABLE releases ALTER COLUMN kind DROP DEFAULT;

ALTER TABLE nodes
    ADD COLUMN refuses_countries text[] NOT NULL DEFAULT '{}',
    ADD COLUMN refuses_kinds text[] NOT NULL DEFAULT '{}',
    ADD COLUMN refuses_now boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT nodes_refuses_kinds_known CHECK (refuses_kinds <@ ARRAY['erp', 'database', 'web', 'mail', 'other']),
    ADD CONSTRAINT nodes_refuses_whole CHECK (NOT refuses_now OR cardinality(refuses_countries) > 0 OR cardinality(refuses_kinds) > 0);
ALTER TABLE nodes
    ALTER COLUMN refuses_countries DROP DEFAULT,
    ALTER COLUMN refuses_kinds DROP DEFAULT,
    ALTER COLUMN refuses_now DROP DEFAULT;
