-- Whose line a box really stands behind, what ISPs' terms say of it, and how a box says that it fares. Rows of before: nothing is recorded,
-- nothing was seen, all are well.

ALTER TABLE isps
    ADD COLUMN asns jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN terms text,
    ADD COLUMN terms_quote text,
    ADD COLUMN terms_source text,
    ADD COLUMN terms_read_on text,
    ADD CONSTRAINT isps_asns_list CHECK (jsonb_typeof(asns) = 'array'),
    ADD CONSTRAINT isps_terms_known CHECK (terms IN ('allowed', 'silent', 'forbidden')),
    ADD CONSTRAINT isps_terms_whole CHECK ((terms IS NULL) = (terms_quote IS NULL) AND (terms IS NULL) = (terms_source IS NULL)
                                           AND (terms IS NULL) = (terms_read_on IS NULL));
ALTER TABLE isps ALTER COLUMN asns DROP DEFAULT;

ALTER TABLE nodes
    ADD COLUMN line_asn bigint,
    ADD COLUMN line_holder text,
    ADD COLUMN line_since timestamptz,
    ADD COLUMN line_differs boolean NOT NULL DEFAULT false,
    ADD COLUMN line_accepted_asn bigint NOT NULL DEFAULT 0,
    ADD COLUMN health text NOT NULL DEFAULT 'well',
    ADD COLUMN health_reason text NOT NULL DEFAULT '',
    ADD CONSTRAINT nodes_line_whole CHECK ((line_asn IS NULL) = (line_holder IS NULL) AND (line_asn IS NULL) = (line_since IS NULL)
                                           AND (line_asn IS NOT NULL OR NOT line_differs)),
    ADD CONSTRAINT nodes_health_known CHECK (health IN ('well', 'worn', 'failing'));
ALTER TABLE nodes
    ALTER COLUMN line_differs DROP DEFAULT,
    ALTER COLUMN line_accepted_asn DROP DEFAULT,
    ALTER COLUMN health DROP DEFAULT,
    ALTER COLUMN health_reason DROP DEFAULT;
