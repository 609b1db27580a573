"""Has this standby's history left the primary's? Exit status 0: yes, only `rejoin` helps. Anything
else: no, or the primary does not say. Asked only while nothing of the newest history streams."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import postgres  # noqa: E402
from primary import ask  # noqa: E402
from replica import Replica  # noqa: E402

LOG = "replication=true"   # the protocol of those who copy the log
MINE = """
SELECT greatest((SELECT min_recovery_end_timeline FROM pg_control_recovery()),
                (SELECT timeline_id FROM pg_control_checkpoint())),
       greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn());
"""


def position(lsn):
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def forks(history):
    """Where each earlier timeline of the primary ends: {timeline: position}."""
    ends = {}
    for line in history.splitlines():
        fields = line.split("|")[-1].split()   # the first line begins with the file's name
        if len(fields) >= 2 and fields[0].isdigit() and "/" in fields[1]:
            ends[int(fields[0])] = position(fields[1])
    return ends


def diverged(replica):
    if replica.leads or not replica.primary:
        return False
    mine = postgres.query(MINE)
    # Read after our own end, so a primary that writes on is never behind it by mistake.
    theirs = ask(replica, "replicator", LOG, "IDENTIFY_SYSTEM")
    if not mine or not theirs:
        return False
    timeline, end = mine.split("|")
    timeline, end = int(timeline), position(end)
    _, their_timeline, their_end, _ = theirs.split("|")
    if timeline == int(their_timeline):
        return end > position(their_end)
    history = ask(replica, "replicator", LOG, f"TIMELINE_HISTORY {their_timeline}")
    return history is not None and end > forks(history).get(timeline, 0)


if __name__ == "__main__":
    sys.exit(0 if diverged(Replica()) else 1)
