#!/usr/bin/python3 -B
"""What a copy prints for ever stays within the bound that its agent gives conmon.

Debian's conmon with the options of node-agent/runtime/crun.cpp; a runtime of a few lines stands for
crun, so that no root is needed.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BOUND = 1_000_000
LINES = 50_000  # of 100 bytes: five times the bound, without the times that conmon adds
PATIENCE_S = 60

RUNTIME = f"""#!/bin/sh
# "create": a process that prints, and its number where conmon looks for it.
case " $* " in *" create "*) ;; *) exit 0 ;; esac
while [ "$1" != --pid-file ]; do shift; done
seq -f %099.0f {LINES} &
echo $! >"$2"
"""


class LogBoundTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="foyer-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "bundle").mkdir()
        (self.folder / "bundle/config.json").write_text("{}", encoding="ascii")
        runtime = self.folder / "runtime"
        runtime.write_text(RUNTIME, encoding="ascii")
        runtime.chmod(0o755)

    def test_a_log_begins_anew_at_its_bound_and_keeps_its_end(self):
        log = self.folder / "log"
        subprocess.run(
            ["conmon", "--api-version", "1", "-c", "copy", "-u", "copy", "-n", "copy",
             "-r", str(self.folder / "runtime"), "-b", str(self.folder / "bundle"),
             "-p", str(self.folder / "pid"), "--exit-dir", str(self.folder),
             "-l", f"k8s-file:{log}", "--log-size-max", str(BOUND), "--full-attach"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        largest, end = 0, time.monotonic() + PATIENCE_S
        while not (self.folder / "copy").exists():  # its exit status
            self.assertLess(time.monotonic(), end, os.listdir(self.folder))
            largest = max(largest, self.on_disk())
            time.sleep(0.01)
        self.assertLessEqual(max(largest, self.on_disk()), BOUND)
        last = log.read_text(encoding="ascii").splitlines()[-1]
        self.assertTrue(last.endswith(f"{LINES:099d}"), last)

    def on_disk(self):
        found = 0
        for file in self.folder.glob("log*"):
            try:
                found += file.stat().st_size
            except FileNotFoundError:
                pass  # replaced in this moment
        return found


if __name__ == "__main__":
    if not shutil.which("conmon"):
        print("skipped: conmon is missing: sudo deploy/lib/install run")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
