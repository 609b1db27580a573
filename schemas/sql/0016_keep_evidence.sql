-- That a copy's voter signed two votes of one epoch, with both, as text: kept for whoever doubts.

ALTER TABLE replicas
    ADD COLUMN evidence text,
    ADD CONSTRAINT replicas_evidence_of_voter CHECK (evidence IS NULL OR incarnation IS NOT NULL);
