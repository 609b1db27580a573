-- Instances whose group elects its leader itself. Those of before go on being led by the master.

ALTER TABLE instances
    ADD COLUMN elects boolean NOT NULL DEFAULT false,
    ADD COLUMN first_record text,
    ADD COLUMN group_record text;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE instances
    ALTER COLUMN elects DROP DEFAULT,
    ADD CONSTRAINT instances_records_of_electing CHECK (elects OR num_nonnulls(first_record, group_record) = 0);

-- Drawn by a box with a voter's empty state: a voter that lost its memory has another one.
ALTER TABLE replicas
    ADD COLUMN incarnation text,
    ADD CONSTRAINT replicas_incarnation_form CHECK (incarnation ~ '^[0-9a-f]{32}$');
