-- When a copy was to lead a group that elects, and could not: moves of the master's own do not choose it for a while. Rows of before:
-- never.

ALTER TABLE replicas
    ADD COLUMN passed_over_at timestamptz,
    ADD CONSTRAINT replicas_passed_over_data CHECK (passed_over_at IS NULL OR kind = 'data');
