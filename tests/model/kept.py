"""What was searched before: the line of a good search, kept outside the tree under everything that
its outcome depends on. The models know nothing of the code, so most changes change none of it."""

import hashlib
import os
import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def folder():
    if os.geteuid() == 0:
        return Path("/var/cache/foyer/model")
    return Path.home() / ".cache/foyer/model"


def said(*command):
    done = subprocess.run(command, text=True, check=False, capture_output=True)
    return done.stdout + done.stderr


class Kept:
    def __init__(self, fresh):
        self.fresh, self.place = fresh, folder()
        parts = [said("spin", "-V"), said("gcc", "-dumpfullversion")]
        for file in sorted([*HERE.glob("*.pml"), *HERE.glob("*.py")]):
            parts.append(file.name + "\n" + file.read_text(encoding="utf-8"))
        self.basis = hashlib.sha256("\0".join(parts).encode())

    def file(self, run):
        key = self.basis.copy()
        key.update(repr(run).encode())
        return self.place / key.hexdigest()

    def line(self, run):
        """None: it was not searched, or is to be searched again."""
        file = self.file(run)
        if self.fresh or not file.exists():
            return None
        file.touch()
        return file.read_text(encoding="utf-8")

    def keep(self, run, line):
        self.place.mkdir(parents=True, exist_ok=True)
        new = self.file(run).with_suffix(f".{os.getpid()}")
        new.write_text(line, encoding="utf-8")
        new.rename(self.file(run))

    def forget_old(self, most=1000):
        """The oldest go: a thousand searches are some forty plans."""
        if not self.place.exists():
            return
        files = sorted(self.place.iterdir(), key=lambda file: file.stat().st_mtime)
        for file in files[:-most]:
            file.unlink(missing_ok=True)
