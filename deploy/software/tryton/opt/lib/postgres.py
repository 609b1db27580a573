"""Running PostgreSQL's own programs, and what a member asks it about itself and the others."""
import os
import subprocess

from replica import DATA, POSTGRES_BIN, RUN
from session import query

# recovering, generation, epoch, holders: so many standbys hold this primary's end of log.
STATUS = """
WITH newest AS (SELECT generation, epoch FROM foyer_epoch
                 ORDER BY generation DESC, epoch DESC LIMIT 1)
SELECT pg_is_in_recovery(), coalesce((SELECT generation FROM newest), 1),
 coalesce((SELECT epoch FROM newest), 0),
 CASE WHEN pg_is_in_recovery() THEN 0 ELSE
  (SELECT count(*) FROM pg_stat_replication
    WHERE application_name = ANY(%(names)s::text[])
      AND state = 'streaming' AND flush_lsn >= pg_current_wal_flush_lsn()) END;
"""


def environment():
    return {"PATH": POSTGRES_BIN + ":/usr/bin:/bin", "HOME": RUN, "LC_ALL": "C.UTF-8",
            "PGHOST": RUN, "PGUSER": "foyer", "PGDATABASE": "postgres", "PGCONNECT_TIMEOUT": "3"}


def run(*argv, **options):
    return subprocess.run([POSTGRES_BIN + argv[0], *argv[1:]], env=environment(), check=False,
                          **options)


def control():
    """The control file of the data folder, as pg_controldata prints it: {name: value}."""
    done = run("pg_controldata", "-D", DATA, text=True, stdout=subprocess.PIPE)
    pairs = (line.partition(":") for line in done.stdout.splitlines())
    return {name: value.strip() for name, _, value in pairs}


def cluster_state():
    """How the data folder was left, such as "in production"."""
    return control().get("Database cluster state", "unknown")


def position(text):
    """A place in the log, "0/16B3748", as one number."""
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def lsn(place):
    """And back."""
    return f"{place >> 32:X}/{place & 0xFFFFFFFF:X}"


def segment(end, size):
    """Name of the segment in which `end` lies, without the 8 digits of the history before it."""
    high, low = divmod(end // size, (1 << 32) // size)
    return f"{high:08X}{low:08X}"


def status(replica):
    """(recovering, (generation, epoch), holders) or None while PostgreSQL does not answer."""
    rows = query(STATUS, names=[member["name"] for member in replica.others])
    if not rows:
        return None
    recovering, generation, epoch, holders = rows[0]
    return recovering, (generation, epoch), holders


def make_slots(replica):
    """A slot a follower on the primary, none for others: an orphan would keep the log for ever. One
    that fell too far behind serves nobody any more: a new one takes its place."""
    names = [member["name"] for member in replica.followers]
    return query("""
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
 WHERE NOT active AND (slot_name <> ALL(%(names)s::text[]) OR wal_status = 'lost');
SELECT pg_create_physical_replication_slot(name) FROM unnest(%(names)s::text[]) AS name
 WHERE name NOT IN (SELECT slot_name FROM pg_replication_slots);
""", names=names)


def forget_lock():
    """Remove the lock file of a PostgreSQL that was killed with its container. Process numbers
    begin anew here, so its number is soon somebody else's; and one that a power cut left empty
    would end every start. Only before the first start in a container: later it also guards
    against processes that outlived their first one."""
    if os.path.exists(DATA + "/postmaster.pid"):
        os.unlink(DATA + "/postmaster.pid")


def reload(pid):
    os.kill(pid, 1)
