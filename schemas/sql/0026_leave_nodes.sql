-- A host may take his box out of the cloud: it is emptied, and then it is no more.

ALTER TABLE nodes
    DROP CONSTRAINT nodes_host_wish_known,
    DROP CONSTRAINT nodes_pause_whole,
    ADD CONSTRAINT nodes_host_wish_known CHECK (host_wish IN ('serving', 'paused', 'draining', 'leaving')),
    ADD CONSTRAINT nodes_pause_whole CHECK ((host_wish = 'paused') = (paused_since IS NOT NULL)
                                             AND (NOT pause_lasts OR host_wish = 'paused')
                                             AND (host_wish_until IS NULL OR host_wish IN ('paused', 'draining')));

-- What boxes that are gone have earned at a site is its host's still. Who was deleted before this stays forgotten.
ALTER TABLE sites
    ADD COLUMN former_boxes jsonb NOT NULL DEFAULT '[]',
    ADD CONSTRAINT sites_former_boxes_list CHECK (jsonb_typeof(former_boxes) = 'array');
ALTER TABLE sites ALTER COLUMN former_boxes DROP DEFAULT;
