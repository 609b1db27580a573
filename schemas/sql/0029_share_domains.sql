-- Several accounts may ask for a name; one of them proves it. Rows of before: each name was asked for by one account.

ALTER TABLE domain_certificates DROP CONSTRAINT domain_certificates_domain_fkey;

ALTER TABLE domains
    DROP CONSTRAINT domains_pkey,
    ADD CONSTRAINT domains_pkey PRIMARY KEY (name, owner),
    ADD CONSTRAINT domains_proven_once EXCLUDE (name WITH =) WHERE (proven_at IS NOT NULL) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE domain_certificates ADD COLUMN owner text;
UPDATE domain_certificates c SET owner = d.owner FROM domains d WHERE d.name = c.domain;
ALTER TABLE domain_certificates
    ALTER COLUMN owner SET NOT NULL,
    ADD CONSTRAINT domain_certificates_domain_fkey
        FOREIGN KEY (domain, owner) REFERENCES domains (name, owner) DEFERRABLE INITIALLY DEFERRED;
