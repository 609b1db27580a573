-- Mail out of instances' copies: what customers' domains are for, and the keys that mail is signed with (private ones sealed). Rows of
-- before: domains are for the web.

ALTER TABLE domains
    ADD COLUMN use text NOT NULL DEFAULT 'web',
    ADD COLUMN mail_selector text NOT NULL DEFAULT '',
    ADD COLUMN mail_public_key text NOT NULL DEFAULT '',
    ADD COLUMN mail_private_key text NOT NULL DEFAULT '',
    ADD CONSTRAINT domains_use_known CHECK (use IN ('web', 'mail', 'web_and_mail')),
    ADD CONSTRAINT domains_mail_key_whole CHECK ((use = 'web') = (mail_selector = '')
                                                 AND (mail_selector = '') = (mail_public_key = '')
                                                 AND (mail_selector = '') = (mail_private_key = ''));
ALTER TABLE domains
    ALTER COLUMN use DROP DEFAULT,
    ALTER COLUMN mail_selector DROP DEFAULT,
    ALTER COLUMN mail_public_key DROP DEFAULT,
    ALTER COLUMN mail_private_key DROP DEFAULT;

CREATE TABLE zone_mail_keys (
    zone text NOT NULL,
    selector text NOT NULL,
    public_key text NOT NULL,
    private_key text NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT zone_mail_keys_pkey PRIMARY KEY (zone),
    CONSTRAINT zone_mail_keys_whole CHECK (zone <> '' AND selector <> '' AND public_key <> '' AND private_key <> '')
);
