-- What an event is about (an instance and a box may have the same name), and whose that was: its owner may hear of it.

ALTER TABLE events ADD COLUMN about text, ADD COLUMN owner text;

-- Once, for what was written before.
ALTER TABLE events DISABLE TRIGGER events_append_only;
UPDATE events SET about = CASE
    WHEN kind IN ('account_created', 'token_created') THEN 'account'
    WHEN kind LIKE 'node\_%' THEN 'node'
    WHEN kind LIKE 'release\_%' THEN 'release'
    WHEN kind LIKE 'price\_list\_%' THEN 'price_list'
    WHEN kind LIKE 'rebalance\_%' THEN 'operation'
    WHEN kind = 'eviction_held' THEN 'cloud'
    ELSE 'instance' END;
-- Of an instance that is gone nobody knows any more whose it was.
UPDATE events SET owner = coalesce(CASE about
    WHEN 'account' THEN subject
    WHEN 'node' THEN (SELECT sites.host FROM nodes JOIN sites ON sites.name = nodes.site WHERE nodes.name = subject)
    WHEN 'release' THEN (SELECT min(publisher) FROM releases WHERE releases.name = subject HAVING count(DISTINCT publisher) = 1)
    WHEN 'instance' THEN (
        SELECT instances.owner FROM instances
        WHERE instances.name = subject
          AND sequence >= (SELECT max(ordered.sequence) FROM events ordered
                           WHERE ordered.subject = events.subject AND ordered.kind = 'ordered'))
    END, '');
ALTER TABLE events ENABLE TRIGGER events_append_only;

ALTER TABLE events
    ALTER COLUMN about SET NOT NULL,
    ALTER COLUMN owner SET NOT NULL,
    ADD CONSTRAINT events_about_known
        CHECK (about IN ('cloud', 'account', 'node', 'site', 'release', 'price_list', 'instance', 'operation')),
    ADD CONSTRAINT events_cloud_unnamed CHECK ((about = 'cloud') = (subject = ''));
CREATE INDEX events_by_owner ON events (owner, sequence);
-- Where what was committed after a revision begins.
CREATE INDEX events_by_revision ON events (revision, sequence);
