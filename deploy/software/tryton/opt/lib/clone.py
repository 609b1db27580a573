"""Making the data folder a prefix of the primary's history: what a copy and a rewind share."""
import os
import shutil

import postgres
import settings
from primary import ask
from replica import DAMAGED, DATA, FOLLOWS, NOT_YET, REWINDING, VOLUME, fail, step

NEW = VOLUME + "/pg.new"


def require_primary(replica):
    """Leaves with 75 while there is no primary that answers. One that was elected and is not
    promoted yet is on the history of before: compared with that, nothing would need a rewind."""
    if not replica.primary or replica.leads:
        fail("nobody to copy from", NOT_YET)
    settings.write(replica)
    name = replica.primary["name"]
    recovers = ask(replica, "rewinder", "dbname=postgres", "SELECT pg_is_in_recovery()")
    if recovers is None:
        fail(f"the primary {name} does not answer", NOT_YET)
    if recovers != "f":
        fail(f"{name} is not promoted yet", NOT_YET)


def history(replica):
    """Which history the primary of this fence writes; there is one primary a fence."""
    return f"{replica.generation}.{replica.epoch} {replica.primary['name']}\n"


def follow(replica):
    """DATA is whole and a prefix of the primary's history: say so; the next start follows."""
    settings.mark_standby()
    settings.replace_file(FOLLOWS, history(replica))
    if os.path.exists(REWINDING):
        os.unlink(REWINDING)
    folder = os.open(VOLUME, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def never_started():
    """True for a folder that was copied or rewound and not started since: PostgreSQL takes the
    label away as it recovers."""
    return os.path.exists(DATA + "/backup_label")


def follows(replica):
    try:
        with open(FOLLOWS, encoding="utf-8") as file:
            return file.read() == history(replica)
    except FileNotFoundError:
        return False


def clone(replica):
    """Replace DATA by a fresh copy that follows when it starts. The old folder goes first: two
    do not fit in the volume, and it is good for nothing. Compressed on the way: a home sends
    slowly, and new pages are half empty."""
    step(f"copying from {replica.primary['name']}")
    for folder in (NEW, DATA):
        shutil.rmtree(folder, ignore_errors=True)
    if os.path.exists(DAMAGED):
        os.unlink(DAMAGED)   # what it spoke of is gone
    done = postgres.run("pg_basebackup", "-d", settings.connection(replica, "replicator"),
                        "-D", NEW, "-X", "stream", "-S", replica.name, "--checkpoint=fast",
                        "--compress=server-lz4", "--sync-method=syncfs", "--no-password")
    if done.returncode != 0:
        shutil.rmtree(NEW, ignore_errors=True)
        space = os.statvfs(VOLUME)
        if space.f_bavail * 20 < space.f_blocks:
            fail("the volume is full")
        fail("the copy was interrupted", NOT_YET)
    os.rename(NEW, DATA)
    follow(replica)
