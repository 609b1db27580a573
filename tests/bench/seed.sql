-- A cloud of :nodes boxes and :instances instances of three copies each, all running, written past the constraints (they are
-- checked again below). Box n stands alone at site n on ISP n % 20; copy k of instance i is on box (3 i + k) % nodes.
\set ON_ERROR_STOP 1
SET synchronous_commit = off;
SET session_replication_role = replica;
-- Overlay numbers have 16 bits today; what is measured here does not depend on them.
ALTER TABLE node_numbers DROP CONSTRAINT IF EXISTS node_numbers_range;

INSERT INTO accounts SELECT n, ARRAY['customer', 'publisher'], now(), 1 FROM unnest(ARRAY['carl', 'pub']) n ON CONFLICT DO NOTHING;
INSERT INTO hosts VALUES ('host-1', now(), 1) ON CONFLICT DO NOTHING;
INSERT INTO isps SELECT 'isp-' || i, 'isp-' || i, now(), 1, '[]' FROM generate_series(0, 19) i ON CONFLICT DO NOTHING;
INSERT INTO sites
SELECT 'rue-du-moulin-' || i, 'isp-' || i % 20, (ARRAY['FR', 'BE', 'DE', 'NL', 'LU'])[i / 7 % 5 + 1], 'host-1', 'vetted', now(), 1, '[]'
FROM generate_series(:nodes_from, :nodes - 1) i;
INSERT INTO nodes (name, site, edge, public_address, state, number, token_hash, token_expires_at, token_used, key_fingerprint,
                   certificate_expires_at, wg_public_key, cpu_millicores, memory_bytes, disk_bytes, uplink_kbit_s, agent_version,
                   partitions_made, wish, eviction_held, offered_cpu_millicores, offered_memory_bytes, offered_disk_bytes,
                   offered_uplink_kbit_s, revision, overlay_revision, missing_told, host_wish, pause_lasts,
                   line_differs, line_accepted_asn, health, health_reason, refuses_countries, refuses_kinds, refuses_now,
                   clock_standing, clock_fault)
SELECT 'rue-du-moulin-' || i || '-box', 'rue-du-moulin-' || i, false, '', 'online', i + 1, encode(sha256(('t' || i)::bytea), 'hex'),
       now(), true, encode(sha256(('k' || i)::bytea), 'hex'), now() + interval '90 days',
       encode(sha256(('w' || i)::bytea), 'base64'), 64000, 128::bigint << 30, 4000::bigint << 30, 10000, '0.1.0', 40, 'open', false,
       64000, 128::bigint << 30, 4000::bigint << 30, 10000, 1, 1, false, 'serving', false, false, 0, 'well', '', '{}', '{}', false, 'right',
       'none'
FROM generate_series(:nodes_from, :nodes - 1) i;
INSERT INTO node_numbers SELECT number, name FROM nodes ON CONFLICT DO NOTHING;
INSERT INTO releases (name, version, title, publisher, publisher_key, release_json, signature, image, image_size_bytes, sizes,
                      parameters_schema_json, copies_min, copies_max, copies_default, web_port, sequence, created_at, revision, kind)
SELECT 'echo', '1.0.0-1', 'Echo', 'pub', 'key', '{"name": "echo"}', 'signature', 'sha256:' || repeat('0', 64), 10485760,
       '[{"name": "s", "cpu_millicores": 100, "memory_bytes": 134217728, "disk_bytes": 1073741824, "uplink_kbit": 10}]', '{}', 1, 5, 3,
       8000, 1, now(), 1, 'other'
WHERE NOT EXISTS (SELECT FROM releases);

INSERT INTO operations (id, kind, instance, node, moves_max, owner, state, steps, created_at, finished_at, revision)
SELECT 'op-' || substr(md5(i::text), 1, 24), 'order', 'menuiserie-' || i, '', 0, 'carl', 'succeeded', s.steps, now(), now(), 1
FROM generate_series(:instances_from, :instances - 1) i,
     (SELECT jsonb_agg(jsonb_build_object('name', name, 'state', 'succeeded', 'detail', '', 'started_at_ms', 1772368200250,
                                          'finished_at_ms', 1772368201250)) AS steps
      FROM unnest(ARRAY['place', 'fetch', 'init', 'join', 'serve']) name) s;
INSERT INTO instances (name, owner, release, version, size, parameters_json, replicas, countries, min_countries, mode, allow_same_isp,
                       short_of_copies, desired, generation, epoch, leader, served_generation, served_epoch, operation, admin_password,
                       replication_password, initialized, password_shown_at, replicas_made, elects, created_at, revision,
                       group_revision, route_revision, volume_key, patience)
SELECT 'menuiserie-' || i, 'carl', 'echo', '1.0.0-1', 's', '{"company": "Menuiserie Durand"}', 3, '{}', 1, 'synchronous', false,
       'stop_writes', 'running', 1, 1, 0, 1, 1, NULL, NULL, repeat('r', 80), true, now(), 3, false, now(), 1, 1, 1, repeat('k', 120),
       'measured'
FROM generate_series(:instances_from, :instances - 1) i;
INSERT INTO replicas (instance, index, kind, node, site, isp, family, allow_same_isp, partition_number, cpu_millicores, memory_bytes,
                      disk_bytes, uplink_kbit_s, founder, observed_partition, observed_generation, observed_epoch, observed_role,
                      observed_phase, observed_step, observed_reason, observed_ready, observed_initialized,
                      position_epoch, position_flushed_bytes, position_receiving, followers, revision, membership, observed_applied)
SELECT 'menuiserie-' || i, k, 'data', 'rue-du-moulin-' || b || '-box', 'rue-du-moulin-' || b, 'isp-' || b % 20, 'isp-' || b % 20, false,
       16 + (i::bigint * 3 + k) / :nodes, 100, 134217728, 1073741824, 10, k = 0, 'menuiserie-' || i || '-' || k, 1, 1,
       CASE WHEN k = 0 THEN 'primary' ELSE 'standby' END, 'running', '', '', true, true, 1, 123456789, k > 0,
       CASE WHEN k = 0 THEN f.both ELSE '[]'::jsonb END, 1, 'member', 1
FROM generate_series(:instances_from, :instances - 1) i, generate_series(0, 2) k,
     LATERAL (SELECT (i::bigint * 3 + k) % :nodes AS b) place,
     (SELECT jsonb_agg(jsonb_build_object('name', n, 'state', 'streaming', 'sync_state', 'quorum', 'lag_bytes', 0)) AS both
      FROM unnest(ARRAY['r1g1', 'r2g1']) n) f;
UPDATE leadership SET revision = greatest(revision, 1);
RESET session_replication_role;
ANALYZE;
