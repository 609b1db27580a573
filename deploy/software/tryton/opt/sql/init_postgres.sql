-- Roles and the table that names each epoch in the log. The ERP's own role may do none of this.
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replication';
CREATE ROLE rewinder LOGIN PASSWORD :'replication';
GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean) TO rewinder;
GRANT EXECUTE ON FUNCTION pg_stat_file(text, boolean) TO rewinder;
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO rewinder;
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint, boolean) TO rewinder;
CREATE TABLE foyer_epoch (generation int, epoch int, began timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (generation, epoch));
INSERT INTO foyer_epoch (generation, epoch) VALUES (:generation, :epoch);
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO rewinder;
