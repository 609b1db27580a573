-- Boxes that are lost, cordoned or drained; copies that are made anew elsewhere. Rows of before: every copy is a member, every box is
-- open, and a silent one has been so since now at the latest.

ALTER TABLE nodes
    ADD COLUMN wish text NOT NULL DEFAULT 'open',
    ADD COLUMN drain_operation text,
    ADD COLUMN drain_deadline timestamptz,
    ADD COLUMN drain_started_at timestamptz,
    ADD COLUMN silent_since timestamptz,
    ADD COLUMN eviction_held boolean NOT NULL DEFAULT false,
    ADD COLUMN offered_cpu_millicores bigint NOT NULL DEFAULT 0,
    ADD COLUMN offered_memory_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN offered_disk_bytes bigint NOT NULL DEFAULT 0;
UPDATE nodes SET offered_cpu_millicores = cpu_millicores, offered_memory_bytes = memory_bytes, offered_disk_bytes = disk_bytes;
UPDATE nodes SET silent_since = date_trunc('milliseconds', now()) WHERE state = 'silent';
-- A table with checks still to be made cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE nodes
    ALTER COLUMN wish DROP DEFAULT,
    ALTER COLUMN eviction_held DROP DEFAULT,
    ALTER COLUMN offered_cpu_millicores DROP DEFAULT,
    ALTER COLUMN offered_memory_bytes DROP DEFAULT,
    ALTER COLUMN offered_disk_bytes DROP DEFAULT,
    DROP CONSTRAINT nodes_state_known,
    ADD CONSTRAINT nodes_state_known CHECK (state IN ('expected', 'online', 'silent', 'lost')),
    ADD CONSTRAINT nodes_wish_known CHECK (wish IN ('open', 'cordoned', 'draining')),
    ADD CONSTRAINT nodes_silent_whole CHECK ((state IN ('silent', 'lost')) = (silent_since IS NOT NULL)),
    ADD CONSTRAINT nodes_held_silent CHECK (NOT eviction_held OR state = 'silent'),
    ADD CONSTRAINT nodes_drain_whole CHECK ((wish = 'draining') = (drain_operation IS NOT NULL)
                                             AND num_nulls(drain_operation, drain_started_at) IN (0, 2)
                                             AND (drain_deadline IS NULL OR drain_operation IS NOT NULL)),
    ADD CONSTRAINT nodes_offered_range CHECK (least(offered_cpu_millicores, offered_memory_bytes, offered_disk_bytes) >= 0),
    ADD CONSTRAINT nodes_drain_fkey FOREIGN KEY (drain_operation) REFERENCES operations (id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE operations
    ADD COLUMN node text NOT NULL DEFAULT '',
    DROP CONSTRAINT operations_kind_known,
    ADD CONSTRAINT operations_kind_known CHECK (kind IN ('order', 'stop', 'start', 'delete', 'promote', 'drain')),
    ADD CONSTRAINT operations_of_one_thing CHECK ((kind = 'drain') = (node <> ''));
ALTER TABLE operations ALTER COLUMN node DROP DEFAULT;

ALTER TABLE instances
    ADD COLUMN replicas_made integer NOT NULL DEFAULT 0,
    ADD COLUMN repair_reason text,
    ADD COLUMN repair_retry_at timestamptz,
    ADD COLUMN repair_avoid text,
    ADD CONSTRAINT instances_repair_whole CHECK (num_nulls(repair_reason, repair_retry_at, repair_avoid) IN (0, 3));
UPDATE instances SET replicas_made =
    greatest(replicas, (SELECT coalesce(max(r.index) + 1, 0) FROM replicas r WHERE r.instance = instances.name));
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE instances ALTER COLUMN replicas_made DROP DEFAULT;

-- A copy that is being made for another one's place, or on its way out, may share the site and the ISP of that other one: distinct are the
-- members. (No two copies of an instance are ever on one box.)
ALTER TABLE replicas
    ADD COLUMN membership text NOT NULL DEFAULT 'member',
    ADD COLUMN replaces integer,
    ADD COLUMN since timestamptz,
    ADD COLUMN leave_epoch bigint,
    ADD COLUMN leave_flushed_bytes bigint,
    ADD COLUMN leave_receiving boolean,
    ADD COLUMN observed_applied bigint NOT NULL DEFAULT 0;
ALTER TABLE replicas
    ALTER COLUMN membership DROP DEFAULT,
    ALTER COLUMN observed_applied DROP DEFAULT,
    DROP CONSTRAINT replicas_distinct_sites,
    DROP CONSTRAINT replicas_distinct_isps,
    DROP COLUMN strict_family,
    ADD CONSTRAINT replicas_membership_known CHECK (membership IN ('learner', 'member', 'leaving')),
    ADD CONSTRAINT replicas_change_whole CHECK ((membership = 'member') = (since IS NULL)
                                                 AND (replaces IS NULL OR membership = 'learner')
                                                 AND (leave_epoch IS NULL OR membership = 'leaving')
                                                 AND num_nulls(leave_epoch, leave_flushed_bytes, leave_receiving) IN (0, 3));
ALTER TABLE replicas
    ADD COLUMN member_site text GENERATED ALWAYS AS (CASE WHEN membership = 'member' THEN site END) STORED,
    ADD COLUMN strict_family text
        GENERATED ALWAYS AS (CASE WHEN membership = 'member' AND NOT allow_same_isp THEN family END) STORED,
    ADD COLUMN changing boolean GENERATED ALWAYS AS (CASE WHEN membership <> 'member' THEN true END) STORED,
    ADD CONSTRAINT replicas_distinct_sites UNIQUE (instance, member_site) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT replicas_distinct_isps UNIQUE (instance, strict_family) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT replicas_change_one_at_a_time UNIQUE (instance, changing) DEFERRABLE INITIALLY DEFERRED;
