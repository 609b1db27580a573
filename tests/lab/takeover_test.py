#!/usr/bin/python3
"""A round of the takeover laboratory: six scenarios, others each day, and transactions as fast as
they can beside the customers. Where a takeover is demanded there is one, nothing acknowledged is
lost, two never lead, no value goes back, all comes back (PROMISES in takeover_lab/rows.py). How
long it takes is not judged here: that is what the laboratory's own runs are for.
FOYER_DAY=2026-11-26 repeats the round of that day.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
sys.dont_write_bytecode = True

from takeover_lab.cli import OF_A_DAY  # noqa: E402
from takeover_lab.rows import why_bad  # noqa: E402

SKIP = 77
LOG_LINES = 20


class Round(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        day = os.environ.get("FOYER_DAY", "")
        with tempfile.TemporaryDirectory() as folder:
            file, keep = Path(folder) / "rows.json", os.environ.get("FOYER_REPORTS") or folder
            done = subprocess.run(
                [HERE / "takeover", "--scenario", f"day:{day}" if day else "day", "--runs", "1",
                 "--sql", "--json", file, "--keep", keep], check=False)
            cls.print_logs(Path(keep))
            if done.returncode == SKIP:
                print("skipped: its reason stands above", flush=True)
                os._exit(SKIP)
            cls.status, cls.rows = done.returncode, json.loads(file.read_text())["rows"]

    @staticmethod
    def print_logs(keep):
        """The ends of what was kept of bad runs: where nobody can look any more, they are all. The
        copies themselves first, then those who run them; edges only hear."""
        for kind in ("*.copies.log", "*-agent.log", "*-master.log"):
            for log in sorted(keep.glob(f"*/{kind}")):
                if log.name.startswith("edge-"):
                    continue
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
                told = [line for line in lines if "wish_applied" not in line]
                print(f"-- {log.parent.name}/{log.name}", *told[-LOG_LINES:], sep="\n", flush=True)

    def test_all_were_run(self):
        self.assertEqual(len({row["scenario"] for row in self.rows}), OF_A_DAY)

    def test_each_kept_its_promises(self):
        for row in self.rows:
            with self.subTest(row["scenario"]):
                self.assertEqual(why_bad(row), [], json.dumps(row, indent=1))
        self.assertEqual(self.status, 0, "the command says the same")

    def test_there_was_something_to_judge(self):
        for row in self.rows:
            with self.subTest(row["scenario"]):
                told = json.dumps(row, indent=1)
                for kind in ("writes", "reads", "updates", "looks"):
                    self.assertGreater(row[kind]["ok"], 0, told)
                self.assertGreater(row["sql_acks"], 0, told)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
