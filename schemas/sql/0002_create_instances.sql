-- What customers ordered: instances, their copies, and the operations they watch.

-- Outlives its instance: the operation that deleted it is still to be read.
CREATE TABLE operations (
    id text NOT NULL,
    kind text NOT NULL,
    instance text NOT NULL,
    owner text NOT NULL,
    state text NOT NULL,
    steps jsonb NOT NULL,
    failure_code text,
    failure_message text,
    failure_details jsonb,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    revision bigint NOT NULL,
    CONSTRAINT operations_pkey PRIMARY KEY (id),
    CONSTRAINT operations_owner_fkey FOREIGN KEY (owner) REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT operations_kind_known CHECK (kind IN ('order', 'stop', 'start', 'delete', 'promote')),
    CONSTRAINT operations_state_known CHECK (state IN ('running', 'succeeded', 'failed')),
    CONSTRAINT operations_failure_whole CHECK (num_nulls(failure_code, failure_message, failure_details) IN (0, 3)),
    CONSTRAINT operations_steps_list CHECK (jsonb_typeof(steps) = 'array')
);

CREATE TABLE instances (
    name text NOT NULL,
    owner text NOT NULL,
    release text NOT NULL,
    version text NOT NULL,
    size text NOT NULL,
    parameters_json text NOT NULL,
    replicas integer NOT NULL,
    countries text[] NOT NULL,
    min_countries integer NOT NULL,
    mode text NOT NULL,
    allow_same_isp boolean NOT NULL,
    desired text NOT NULL,
    generation bigint NOT NULL,
    epoch bigint NOT NULL,
    leader integer,
    served_generation bigint,
    served_epoch bigint,
    promotion_operation text,
    promotion_wanted integer,
    promotion_force boolean,
    promotion_started_at timestamptz,
    operation text,
    admin_password text,
    replication_password text NOT NULL,
    initialized boolean NOT NULL,
    password_shown_at timestamptz,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    group_revision bigint NOT NULL,
    route_revision bigint NOT NULL,
    -- Who has to be a member: while a deleted instance is taken down, its copies go one by one, the leader perhaps first.
    living_leader integer GENERATED ALWAYS AS (CASE WHEN desired <> 'deleted' THEN leader END) STORED,
    CONSTRAINT instances_pkey PRIMARY KEY (name),
    CONSTRAINT instances_owner_fkey FOREIGN KEY (owner) REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT instances_release_fkey FOREIGN KEY (release, version) REFERENCES releases (name, version) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT instances_operation_fkey FOREIGN KEY (operation) REFERENCES operations (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT instances_promotion_fkey FOREIGN KEY (promotion_operation) REFERENCES operations (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT instances_name_allow_same_isp_key UNIQUE (name, allow_same_isp),
    CONSTRAINT instances_mode_known CHECK (mode IN ('synchronous', 'asynchronous')),
    CONSTRAINT instances_desired_known CHECK (desired IN ('running', 'stopped', 'deleted')),
    CONSTRAINT instances_min_countries_range CHECK (min_countries BETWEEN 1 AND replicas),
    CONSTRAINT instances_fence_range CHECK (generation >= 0 AND epoch >= 0),
    CONSTRAINT instances_served_whole CHECK (num_nulls(served_generation, served_epoch) IN (0, 2)),
    CONSTRAINT instances_served_not_ahead CHECK ((served_generation, served_epoch) <= (generation, epoch)),
    CONSTRAINT instances_promotion_whole CHECK (num_nulls(promotion_operation, promotion_force, promotion_started_at) IN (0, 3)
                                                AND (promotion_wanted IS NULL OR promotion_operation IS NOT NULL))
);

-- `site`, `isp`, `family` and `allow_same_isp` repeat what node, site, ISP and instance say, held equal by composite foreign keys, so that
-- "distinct sites" and "distinct ISPs" are plain unique constraints.
CREATE TABLE replicas (
    instance text NOT NULL,
    index integer NOT NULL,
    kind text NOT NULL,
    node text NOT NULL,
    site text NOT NULL,
    isp text NOT NULL,
    family text NOT NULL,
    allow_same_isp boolean NOT NULL,
    partition_number integer NOT NULL,
    cpu_millicores bigint NOT NULL,
    memory_bytes bigint NOT NULL,
    disk_bytes bigint NOT NULL,
    founder boolean NOT NULL,
    observed_partition text NOT NULL,
    observed_generation bigint NOT NULL,
    observed_epoch bigint NOT NULL,
    observed_role text NOT NULL,
    observed_phase text NOT NULL,
    observed_step text NOT NULL,
    observed_reason text NOT NULL,
    observed_ready boolean NOT NULL,
    observed_initialized boolean NOT NULL,
    position_epoch bigint,
    position_flushed_bytes bigint,
    position_receiving boolean,
    followers jsonb NOT NULL,
    revision bigint NOT NULL,
    strict_family text GENERATED ALWAYS AS (CASE WHEN NOT allow_same_isp THEN family END) STORED,
    CONSTRAINT replicas_pkey PRIMARY KEY (instance, index),
    CONSTRAINT replicas_instance_fkey FOREIGN KEY (instance, allow_same_isp) REFERENCES instances (name, allow_same_isp)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT replicas_node_fkey FOREIGN KEY (node, site) REFERENCES nodes (name, site) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT replicas_site_fkey FOREIGN KEY (site, isp) REFERENCES sites (name, isp) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT replicas_family_fkey FOREIGN KEY (isp, family) REFERENCES isps (name, family) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT replicas_distinct_nodes UNIQUE (instance, node) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT replicas_distinct_sites UNIQUE (instance, site) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT replicas_distinct_isps UNIQUE (instance, strict_family) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT replicas_partition_number_key UNIQUE (node, partition_number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT replicas_index_range CHECK (index >= 0),
    CONSTRAINT replicas_reserved_range CHECK (least(cpu_millicores, memory_bytes, disk_bytes) >= 0),
    CONSTRAINT replicas_kind_known CHECK (kind IN ('data', 'witness')),
    CONSTRAINT replicas_observed_role_known CHECK (observed_role IN ('primary', 'standby', 'witness')),
    CONSTRAINT replicas_observed_phase_known CHECK (observed_phase IN (
        'assigned', 'preparing', 'starting', 'running', 'unhealthy', 'stopping', 'stopped', 'failed', 'erasing')),
    CONSTRAINT replicas_position_whole CHECK (num_nulls(position_epoch, position_flushed_bytes, position_receiving) IN (0, 3)),
    CONSTRAINT replicas_followers_list CHECK (jsonb_typeof(followers) = 'array')
);
CREATE INDEX replicas_by_node ON replicas (node);
CREATE UNIQUE INDEX replicas_one_founder ON replicas (instance) WHERE founder;

ALTER TABLE instances ADD CONSTRAINT instances_leader_is_member FOREIGN KEY (name, living_leader) REFERENCES replicas (instance, index)
    DEFERRABLE INITIALLY DEFERRED;
