-- Promises that no plain constraint can express. Each trigger fails with the name of a constraint, as the plain ones do.

-- Reserved never exceeds capacity, looked at once a batch is whole.
CREATE FUNCTION check_node_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked text;
    box nodes%ROWTYPE;
    cpu numeric;
    memory numeric;
    disk numeric;
BEGIN
    checked := CASE WHEN TG_TABLE_NAME = 'nodes' THEN to_jsonb(NEW) ->> 'name' ELSE to_jsonb(NEW) ->> 'node' END;
    SELECT * INTO box FROM nodes WHERE name = checked;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT coalesce(sum(cpu_millicores), 0), coalesce(sum(memory_bytes), 0), coalesce(sum(disk_bytes), 0)
        INTO cpu, memory, disk FROM replicas WHERE node = checked;
    IF cpu > box.cpu_millicores OR memory > box.memory_bytes OR disk > box.disk_bytes THEN
        RAISE EXCEPTION 'node % would hold more than its capacity', checked USING
            ERRCODE = 'check_violation', CONSTRAINT = 'replicas_fit_node', TABLE = 'replicas',
            DETAIL = format('reserved cpu %s memory %s disk %s, capacity cpu %s memory %s disk %s',
                            cpu, memory, disk, box.cpu_millicores, box.memory_bytes, box.disk_bytes);
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER replicas_fit_node_when_placed AFTER INSERT ON replicas
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_node_capacity();
CREATE CONSTRAINT TRIGGER replicas_fit_node_when_moved AFTER UPDATE ON replicas
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.node, OLD.cpu_millicores, OLD.memory_bytes, OLD.disk_bytes)
          IS DISTINCT FROM (NEW.node, NEW.cpu_millicores, NEW.memory_bytes, NEW.disk_bytes))
    EXECUTE FUNCTION check_node_capacity();
CREATE CONSTRAINT TRIGGER replicas_fit_node_when_shrunk AFTER UPDATE ON nodes
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.cpu_millicores < OLD.cpu_millicores OR NEW.memory_bytes < OLD.memory_bytes OR NEW.disk_bytes < OLD.disk_bytes)
    EXECUTE FUNCTION check_node_capacity();

-- A box keeps its overlay number for life, and nobody gets it afterwards.
CREATE FUNCTION keep_node_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'node % cannot change its number', NEW.name USING
            ERRCODE = 'check_violation', CONSTRAINT = 'nodes_number_kept', TABLE = 'nodes';
    END IF;
    INSERT INTO node_numbers (number, node) VALUES (NEW.number, NEW.name);
    RETURN NULL;
END $$;

CREATE TRIGGER nodes_number_given AFTER INSERT ON nodes FOR EACH ROW EXECUTE FUNCTION keep_node_number();
CREATE TRIGGER nodes_number_kept AFTER UPDATE ON nodes FOR EACH ROW WHEN (OLD.number <> NEW.number) EXECUTE FUNCTION keep_node_number();

-- Fences only grow: of an instance's leadership, and of the masters'.
CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a fence never goes back' USING
        ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;

CREATE TRIGGER instances_fence_never_back AFTER UPDATE ON instances FOR EACH ROW
    WHEN ((NEW.generation, NEW.epoch) < (OLD.generation, OLD.epoch)) EXECUTE FUNCTION refuse_going_back();
CREATE TRIGGER leadership_never_back AFTER UPDATE ON leadership FOR EACH ROW
    WHEN (NEW.fence < OLD.fence OR NEW.revision < OLD.revision) EXECUTE FUNCTION refuse_going_back();

-- What is written stays written.
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING
        ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only', TABLE = TG_TABLE_NAME;
END $$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER node_numbers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON node_numbers EXECUTE FUNCTION refuse_rewriting();
