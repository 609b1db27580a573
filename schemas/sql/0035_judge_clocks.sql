-- Whether the clock of a box is trusted with a lead, how long a group waits for a silent leader, and what made it wait longer. Rows of
-- before: every clock is right, and groups are patient once their lines show that they should be.

ALTER TABLE nodes
    ADD COLUMN clock_standing text NOT NULL DEFAULT 'right',
    ADD COLUMN clock_fault text NOT NULL DEFAULT 'none',
    ADD COLUMN clock_since timestamptz,
    ADD CONSTRAINT nodes_clock_standing_known CHECK (clock_standing IN ('right', 'doubted', 'held', 'barred')),
    ADD CONSTRAINT nodes_clock_fault_known CHECK (clock_fault IN ('none', 'time', 'rate')),
    ADD CONSTRAINT nodes_clock_whole CHECK ((clock_standing = 'right') = (clock_fault = 'none')
                                            AND (clock_standing <> 'right' OR clock_since IS NULL)
                                            AND (clock_standing NOT IN ('doubted', 'held') OR clock_since IS NOT NULL));
ALTER TABLE nodes
    ALTER COLUMN clock_standing DROP DEFAULT,
    ALTER COLUMN clock_fault DROP DEFAULT;
ALTER TABLE node_sightings ADD COLUMN clock_rate_ppm bigint;

ALTER TABLE instances
    ADD COLUMN patience text NOT NULL DEFAULT 'measured',
    ADD COLUMN silence_at timestamptz,
    ADD COLUMN patient_until timestamptz;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE instances
    ALTER COLUMN patience DROP DEFAULT,
    ADD CONSTRAINT instances_patience_known CHECK (patience IN ('measured', 'quick', 'patient')),
    ADD CONSTRAINT instances_patience_elects CHECK (elects OR patience <> 'patient' AND silence_at IS NULL AND patient_until IS NULL);
