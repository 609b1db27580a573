"""Can this standby follow no more, so that only `rejoin` helps? Exit status 0: yes, and how is
printed. Anything else: no, or the primary does not say. Asked only while nothing of the newest
history streams."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import postgres  # noqa: E402
import session  # noqa: E402
from postgres import position  # noqa: E402
from primary import ask  # noqa: E402
from replica import DATA, Replica  # noqa: E402

LOG = "replication=true"   # the protocol of those who copy the log
FORKED = "its history has left the primary's"
GONE = "the primary has no more of the log that it needs"
MINE = """
SELECT greatest((SELECT min_recovery_end_timeline FROM pg_control_recovery()),
                (SELECT timeline_id FROM pg_control_checkpoint())),
       greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn());
"""


def forks(history):
    """Where each earlier timeline of the primary ends: {timeline: position}."""
    ends = {}
    for line in history.splitlines():
        fields = line.split("|")[-1].split()   # the first line begins with the file's name
        if len(fields) >= 2 and fields[0].isdigit() and "/" in fields[1]:
            ends[int(fields[0])] = position(fields[1])
    return ends


def needs():
    """(timeline, end) up to which this folder needs the log before it can be read at all, as the
    control file says: a rewound one needs all that its source had written by then."""
    control = postgres.control()
    end = control.get("Minimum recovery ending location", "0/0")
    timeline = control.get("Min recovery ending loc's timeline", "0")
    if end == "0/0":
        end = control.get("Latest checkpoint location", "0/0")
        timeline = control.get("Latest checkpoint's TimeLineID", "0")
    return int(timeline), position(end)


def mine():
    """The same while it answers: up to where it holds the log. None: it leads by now."""
    timeline, end = (session.query(MINE) or [(None, None)])[0]
    return (timeline, position(end)) if timeline and end else None


def segments(timelines, end):
    """Names of the segment in which `end` lies, on each of these timelines."""
    size = int(postgres.control()["Bytes per WAL segment"])
    return [f"{one:08X}{postgres.segment(end, size)}" for one in timelines]


def is_here(timeline, end):
    return any(os.path.exists(f"{DATA}/pg_wal/{name}")
               for name in segments(range(1, timeline + 1), end))


def is_kept(replica, timeline, their_timeline, end):
    """Has the primary the segment in which `end` lies, on any history from ours to its own?"""
    names = segments(range(timeline, their_timeline + 1), end)
    listed = ",".join(f"'{name}'" for name in names)
    found = ask(replica, "rewinder", "dbname=postgres",
                "SELECT count((pg_stat_file('pg_wal/' || name, true)).size) "
                f"FROM unnest(ARRAY[{listed}]) AS name")
    return found != "0"


def astray(replica, here):
    """What keeps a log that ends `here`, (timeline, end), from going on with the primary's: FORKED,
    GONE, or nothing that is known."""
    # Asked after our own end was read, so a primary that writes on is never behind it by mistake.
    theirs = ask(replica, "replicator", LOG, "IDENTIFY_SYSTEM")
    if not here or not theirs:
        return ""
    timeline, end = here
    _, their_timeline, their_end, _ = theirs.split("|")
    their_timeline, their_end = int(their_timeline), position(their_end)
    if timeline == their_timeline:
        if end > their_end:
            return FORKED
    else:
        history = ask(replica, "replicator", LOG, f"TIMELINE_HISTORY {their_timeline}")
        if history is None:
            return ""
        if end > forks(history).get(timeline, 0):
            return FORKED
    # Between an end and the next byte lies nothing: only what was written behind it can be gone.
    if end < their_end and not is_kept(replica, timeline, their_timeline, end):
        return GONE
    return ""


def judge(replica):
    if replica.leads or not replica.primary:
        return ""
    if session.query("SELECT 1") is not None:
        return astray(replica, mine())
    # It may be reading what it needs from its own log: where that ends is not known from here.
    how = astray(replica, needs())
    return "" if how == GONE and is_here(*needs()) else how


def main():
    how = judge(Replica())
    print(how)
    return 0 if how else 1


if __name__ == "__main__":
    sys.exit(main())
