-- What a commit costs, measured on 10,000 nodes: most of it were index entries for rows that only changed in place, and a node's whole row
-- turned into JSON for each replica put on it.

-- An update that finds room in its own page touches no index. These rows are updated again and again; pages fill from the next write on.
ALTER TABLE nodes SET (fillfactor = 60);
ALTER TABLE instances SET (fillfactor = 70);
ALTER TABLE operations SET (fillfactor = 70);
ALTER TABLE replicas SET (fillfactor = 70);

-- The promise is the one of 0004, in one query.
CREATE FUNCTION refuse_overfull_node(checked text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    over record;
BEGIN
    SELECT n.cpu_millicores, n.memory_bytes, n.disk_bytes, r.cpu, r.memory, r.disk INTO over
        FROM nodes n, (SELECT sum(cpu_millicores) AS cpu, sum(memory_bytes) AS memory, sum(disk_bytes) AS disk
                       FROM replicas WHERE node = checked) r
        WHERE n.name = checked AND (r.cpu > n.cpu_millicores OR r.memory > n.memory_bytes OR r.disk > n.disk_bytes);
    IF FOUND THEN
        RAISE EXCEPTION 'node % would hold more than its capacity', checked USING
            ERRCODE = 'check_violation', CONSTRAINT = 'replicas_fit_node', TABLE = 'replicas',
            DETAIL = format('reserved cpu %s memory %s disk %s, capacity cpu %s memory %s disk %s',
                            over.cpu, over.memory, over.disk, over.cpu_millicores, over.memory_bytes, over.disk_bytes);
    END IF;
END $$;

CREATE FUNCTION check_replica_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_overfull_node(NEW.node);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION check_node_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_overfull_node(NEW.name);
    RETURN NULL;
END $$;

DROP TRIGGER replicas_fit_node_when_placed ON replicas;
DROP TRIGGER replicas_fit_node_when_moved ON replicas;
CREATE CONSTRAINT TRIGGER replicas_fit_node_when_placed AFTER INSERT ON replicas
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_replica_capacity();
CREATE CONSTRAINT TRIGGER replicas_fit_node_when_moved AFTER UPDATE ON replicas
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.node, OLD.cpu_millicores, OLD.memory_bytes, OLD.disk_bytes)
          IS DISTINCT FROM (NEW.node, NEW.cpu_millicores, NEW.memory_bytes, NEW.disk_bytes))
    EXECUTE FUNCTION check_replica_capacity();
