"""Reads every page of this copy's database from the disk and checks it against its checksum, as a
base backup does that nobody keeps. Exit status 0: all are whole; 1: some are damaged, and DAMAGED
says which; anything else: it did not get to the end, and nothing is known."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import postgres  # noqa: E402
from replica import DAMAGED, step  # noqa: E402

RATE = "16M"   # a second: a household's disk is not ours alone
BROKEN = re.compile(r"checksum verification failed in file \"(?:\./)?([^\"]+)\", block (\d+)")
TOLD_MAX = 3


def read_all():
    """What PostgreSQL says of a backup of itself that goes nowhere, and whether it was whole."""
    done = postgres.run(
        "pg_basebackup", "-D", "-", "-F", "tar", "-X", "none", "--no-manifest",
        "--checkpoint=spread", f"--max-rate={RATE}", "--no-password",
        text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return done.returncode, done.stderr


def main():
    os.nice(10)
    status, said = read_all()
    pages = [f"{name} page {page}" for name, page in BROKEN.findall(said)]
    if not pages:
        return 0 if status == 0 else 2
    more = f" and {len(pages) - TOLD_MAX} more" if len(pages) > TOLD_MAX else ""
    text = ", ".join(pages[:TOLD_MAX]) + more
    with open(DAMAGED + ".new", "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.rename(DAMAGED + ".new", DAMAGED)
    step(f"damaged on this disk: {text}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
