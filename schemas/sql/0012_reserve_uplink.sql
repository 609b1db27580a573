-- The upload of a home's line is a resource like the others: sizes ask for a share of it. Copies of before ask for none.

ALTER TABLE replicas
    ADD COLUMN uplink_kbit_s bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT replicas_reserved_range,
    ADD CONSTRAINT replicas_reserved_range CHECK (least(cpu_millicores, memory_bytes, disk_bytes, uplink_kbit_s) >= 0);
ALTER TABLE replicas ALTER COLUMN uplink_kbit_s DROP DEFAULT;

ALTER TABLE nodes ADD COLUMN offered_uplink_kbit_s bigint NOT NULL DEFAULT 0;
UPDATE nodes SET offered_uplink_kbit_s = uplink_kbit_s;
-- A table with checks still to be made cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE nodes
    ALTER COLUMN offered_uplink_kbit_s DROP DEFAULT,
    DROP CONSTRAINT nodes_offered_range,
    ADD CONSTRAINT nodes_offered_range CHECK (
        least(offered_cpu_millicores, offered_memory_bytes, offered_disk_bytes, offered_uplink_kbit_s) >= 0);

CREATE OR REPLACE FUNCTION refuse_overfull_node(checked text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    over record;
BEGIN
    SELECT n.cpu_millicores, n.memory_bytes, n.disk_bytes, n.uplink_kbit_s, r.cpu, r.memory, r.disk, r.uplink INTO over
        FROM nodes n, (SELECT sum(cpu_millicores) AS cpu, sum(memory_bytes) AS memory, sum(disk_bytes) AS disk,
                              sum(uplink_kbit_s) AS uplink
                       FROM replicas WHERE node = checked) r
        WHERE n.name = checked AND (r.cpu > n.cpu_millicores OR r.memory > n.memory_bytes OR r.disk > n.disk_bytes
                                    OR r.uplink > n.uplink_kbit_s);
    IF FOUND THEN
        RAISE EXCEPTION 'node % would hold more than its capacity', checked USING
            ERRCODE = 'check_violation', CONSTRAINT = 'replicas_fit_node', TABLE = 'replicas',
            DETAIL = format('reserved cpu %s memory %s disk %s uplink %s, capacity cpu %s memory %s disk %s uplink %s',
                            over.cpu, over.memory, over.disk, over.uplink,
                            over.cpu_millicores, over.memory_bytes, over.disk_bytes, over.uplink_kbit_s);
    END IF;
END $$;

DROP TRIGGER replicas_fit_node_when_moved ON replicas;
CREATE CONSTRAINT TRIGGER replicas_fit_node_when_moved AFTER UPDATE ON replicas
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.node, OLD.cpu_millicores, OLD.memory_bytes, OLD.disk_bytes, OLD.uplink_kbit_s)
          IS DISTINCT FROM (NEW.node, NEW.cpu_millicores, NEW.memory_bytes, NEW.disk_bytes, NEW.uplink_kbit_s))
    EXECUTE FUNCTION check_replica_capacity();

DROP TRIGGER replicas_fit_node_when_shrunk ON nodes;
CREATE CONSTRAINT TRIGGER replicas_fit_node_when_shrunk AFTER UPDATE ON nodes
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.cpu_millicores < OLD.cpu_millicores OR NEW.memory_bytes < OLD.memory_bytes OR NEW.disk_bytes < OLD.disk_bytes
          OR NEW.uplink_kbit_s < OLD.uplink_kbit_s)
    EXECUTE FUNCTION check_node_capacity();
