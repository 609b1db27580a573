"""A wall clock that a test sets, for a program of its own: Debian's libfaketime."""

import sys
from pathlib import Path


def library():
    """The path to preload; ends the test as skipped where the package is missing."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        print("skipped: the Debian package libfaketime is missing")
        sys.exit(77)
    return str(found[0])


class WallClock:
    """Programs started with `environment` live so many seconds after now as `set` said last. What
    they measure goes on as it is."""

    def __init__(self, folder):
        self.file = Path(folder) / "wall-clock"
        self.set(0)
        self.environment = {
            "LD_PRELOAD": library(),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",  # second, until a new setting is looked at
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds):
        new = self.file.with_suffix(".new")
        new.write_text(f"+{seconds}\n", encoding="ascii")
        new.replace(self.file)
        self.file.chmod(0o644)  # the database runs as somebody else
