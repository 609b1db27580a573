"""Has this cut standby replayed all the log that it holds? Exit status 0: yes. Anything else: no,
or nobody can tell. PostgreSQL knows what it replayed, and what it received since its start; what
it held before, or a last record that came in part, only the log itself tells.

pg_waldump reads as recovery does: record by record, each pointing back to the one before. So it
begins well before the replayed end: what it met first it would have to believe, and behind the end
of a segment that is used again lies old log."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import postgres  # noqa: E402
import session  # noqa: E402
from postgres import lsn, position  # noqa: E402
from replica import DATA, POSTGRES_BIN, RUN  # noqa: E402

WAL = f"{DATA}/pg_wal"
BEFORE = 1 << 20   # bytes; longer than any record here
PAGE = 8192
# How it says that the log ends, and nothing else.
ENDS = ("error in WAL record", "could not find a valid record", "could not find file",
        "could not open file")


def names():
    return [name for name in os.listdir(WAL) if re.fullmatch("[0-9A-F]{24}", name)]


def newest_segment(end, size):
    """The file in which the record after `end` would be, on the newest history that has it; None:
    there is no such file."""
    wanted = postgres.segment(end, size)
    return max((name for name in names() if name[8:] == wanted), default=None)


def is_begun(name):
    """One that PostgreSQL made in advance is all zeros."""
    with open(f"{WAL}/{name}", "rb") as file:
        return any(file.read(PAGE))


def goes_on(segment, end, size):
    """Is there a whole record at `end` or after it? None: nobody can tell."""
    if not is_begun(segment):
        return False
    history = segment[:8]
    before = history + postgres.segment(max(0, end - size), size)
    first = before if before in names() else segment
    start = max(end // size * size - (size if first != segment else 0),
                (end - BEFORE) // PAGE * PAGE)
    # It asks the first file that it meets how long segments are: one of zeros must not be there.
    with tempfile.TemporaryDirectory(dir=RUN) as folder:
        for name in names():
            if name[:8] == history and name >= first and is_begun(name):
                os.symlink(f"{WAL}/{name}", f"{folder}/{name}")
        return reads_on(folder, history, start, end)


def reads_on(folder, history, start, end):
    reader = subprocess.Popen(
        [POSTGRES_BIN + "pg_waldump", "-p", folder, "-t", str(int(history, 16)),
         "-s", lsn(start)], env=postgres.environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with reader:
        for line in reader.stdout:
            found = re.search(r" lsn: ([0-9A-F]+/[0-9A-F]+),", line)
            if found and position(found.group(1)) >= end:
                reader.kill()
                return True
        problem = reader.stderr.read()
    return False if any(words in problem for words in ENDS) else None


def is_replayed():
    rows = session.query("SELECT pg_last_wal_replay_lsn()")
    if not rows or not rows[0][0]:
        return False
    end = position(rows[0][0])
    size = int(postgres.control()["Bytes per WAL segment"])
    segment = newest_segment(end, size)
    return segment is None or goes_on(segment, end, size) is False


if __name__ == "__main__":
    sys.exit(0 if is_replayed() else 1)
