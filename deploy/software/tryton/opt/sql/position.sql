-- One line of JSON: where this member's log ends, and who must acknowledge a write. On a standby the end is what is flushed, which may
-- be ahead of what is replayed; generation and epoch are those of the newest log replayed. So together they are true of a cut standby
-- only once it has replayed all that it holds; until then it counts as receiving. `held`: all, where the log itself was looked into
-- (lib/unreplayed.py).
-- Asked first: what was replayed by then is seen below.
SELECT :'held' = 'all' OR coalesce(pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn(), false) AS replayed \gset
SELECT coalesce(max(generation), 1) AS generation, coalesce(max(epoch), 0) AS epoch
 FROM (SELECT generation, epoch FROM foyer_epoch ORDER BY generation DESC, epoch DESC LIMIT 1) newest \gset
-- "ANY 1 ("r1g1", "r2g1")"; empty: the leader alone.
SELECT coalesce((regexp_match(names, '^ANY (\d+) '))[1]::int, 0) + 1 AS copies,
       coalesce((SELECT json_agg(one[1]) FROM regexp_matches(names, '"([^"]+)"', 'g') AS one), '[]'::json) AS names
 FROM current_setting('synchronous_standby_names') AS names \gset
SELECT json_build_object(
  'role', 'standby',
  'generation', :generation,
  'epoch', :epoch,
  'timeline', greatest((SELECT received_tli FROM pg_stat_wal_receiver),
                       (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
                       (SELECT timeline_id FROM pg_control_checkpoint())),
  'flushed_bytes', greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn,
  -- A receiver that sleeps between two tries counts: it may wake.
  'receiving', EXISTS (SELECT FROM pg_stat_wal_receiver) OR current_setting('primary_conninfo') <> '' OR NOT :'replayed',
  -- Cut, and perhaps not done with what it holds.
  'replaying', NOT EXISTS (SELECT FROM pg_stat_wal_receiver) AND current_setting('primary_conninfo') = '' AND NOT :'replayed',
  'quorum', json_build_object('copies', :copies, 'names', :'names'::json))
WHERE pg_is_in_recovery();
SELECT json_build_object(
  'role', 'primary',
  'generation', :generation,
  'epoch', :epoch,
  'timeline', ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int,
  'flushed_bytes', pg_current_wal_flush_lsn() - '0/0'::pg_lsn,
  'receiving', false,
  'quorum', json_build_object('copies', :copies, 'names', :'names'::json),
  'replicas', coalesce((SELECT json_agg(json_build_object(
      'name', application_name, 'state', state, 'sync_state', sync_state,
      'lag_bytes', greatest(0, pg_current_wal_flush_lsn() - flush_lsn)) ORDER BY application_name)
    FROM pg_stat_replication WHERE application_name IN (SELECT slot_name FROM pg_replication_slots)),
    '[]'::json))
WHERE NOT pg_is_in_recovery();
