-- Where the life of an instance begins, however many events it had since: a name may be given again, and what happened to an earlier
-- instance of that name is not shown to the owner of the present one.

CREATE INDEX events_of_orders ON events (subject, sequence) WHERE kind = 'ordered';
