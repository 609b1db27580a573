-- What the customer chose for the time when fewer copies live than a write needs. Orders of before stop their writes; an asynchronous one
-- never needs more than one copy.

ALTER TABLE instances ADD COLUMN short_of_copies text NOT NULL DEFAULT 'stop_writes';
UPDATE instances SET short_of_copies = 'go_on' WHERE mode = 'asynchronous';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE instances
    ALTER COLUMN short_of_copies DROP DEFAULT,
    ADD CONSTRAINT instances_short_of_copies_known CHECK (short_of_copies IN ('stop_writes', 'go_on')),
    ADD CONSTRAINT instances_asynchronous_goes_on CHECK (mode <> 'asynchronous' OR short_of_copies = 'go_on');
